//! The pages, opened in a real browser: they load nothing, say nothing on the console, fit a phone, and can be read in
//! light and dark. The last page is broken on purpose, and the same checks must see each break.
//!
//! With `PROBE_BROWSER=required` a missing browser fails; otherwise the test says that it was skipped.
//! `PROBE_SCREENSHOTS=<folder>` keeps what the pages look like.
#![allow(clippy::unwrap_used, clippy::panic)]

mod browser;
mod pages;

use std::{env, fs, thread};

use browser::{Browser, View, Visit};

const MEASURE: &str = include_str!("page/measure.js");

const VIEWS: [View; 4] = [
    View { width: 1280, scheme: "light" },
    View { width: 360, scheme: "dark" },
    View { width: 1280, scheme: "dark" },
    View { width: 360, scheme: "light" },
];

#[test]
fn pages_open_fit_and_can_be_read() {
    let Some(program) = browser::find() else {
        assert_ne!(
            env::var("PROBE_BROWSER").as_deref(),
            Ok("required"),
            "no Chromium: install it or set CHROMIUM"
        );
        println!("skipped: no Chromium on this machine; install it, or set CHROMIUM, to run this");
        return;
    };
    // It runs nets for a while, beside the browser.
    let lesson = thread::spawn(|| candle_init_examples::lesson::page(1).unwrap());
    let folder = env::temp_dir().join(format!("candle-init-page-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut browser = Browser::start(&program, &folder);
    for (name, html, pictures) in pages::sound() {
        for view in VIEWS {
            sound(&browser.visit(name, &html, view, MEASURE), name, view, pictures);
        }
    }
    let lesson = lesson.join().unwrap();
    for view in VIEWS {
        sound(&browser.visit("lesson", &lesson.to_html(), view, MEASURE), "lesson", view, 17 + 18);
    }
    for view in VIEWS {
        broken(&browser.visit("broken", pages::BROKEN, view, MEASURE), view);
    }
    drop(browser);
    // A browser that is still closing may hold a file; the system's folder is cleared anyway.
    let _ = fs::remove_dir_all(&folder);
}

fn sound(visit: &Visit, name: &str, view: View, pictures: u64) {
    assert!(visit.requests.is_empty(), "{name} {view:?} asks for {:?}", visit.requests);
    assert!(visit.messages.is_empty(), "{name} {view:?} says {:?}", visit.messages);
    let found = &visit.found;
    assert_eq!(
        found["complaints"].as_array().map(Vec::len),
        Some(0),
        "{name} {view:?}: {:#}",
        found["complaints"]
    );
    assert_eq!(found["pictures"], pictures, "{name} {view:?}");
    assert!(
        found["texts"].as_u64().unwrap() > pictures,
        "{name} {view:?}: texts were not looked at: {found}"
    );
    let dark = view.scheme == "dark";
    assert_eq!(
        found["ground"],
        if dark { "rgb(20, 22, 26)" } else { "rgb(255, 255, 255)" },
        "{name} {view:?}"
    );
}

/// The checks see what is wrong with a page that is wrong in every way they look for.
fn broken(visit: &Visit, view: View) {
    assert!(visit.requests.iter().any(|url| url.ends_with("/picture.png")), "{:?}", visit.requests);
    for message in ["from a script", "uncaught"] {
        let said = visit.messages.iter().any(|said| said.to_lowercase().contains(message));
        assert!(said, "no word {message}: {:?}", visit.messages);
    }
    let complaints: Vec<_> =
        visit.found["complaints"].as_array().unwrap().iter().map(ToString::to_string).collect();
    for what in [
        "scrolls sideways",
        "has a script",
        "points outside",
        "text leaves its picture: right",
        "text leaves its picture: top",
        "text too small: tiny",
        "texts overlap: upper",
        "leaves the window",
        "text is cut: narrow",
        "too little contrast: pale",
        "too little contrast: faint in a picture",
        "lines too faint",
    ] {
        assert!(
            complaints.iter().any(|one| one.contains(what)),
            "{view:?}: {what} was not seen: {complaints:#?}"
        );
    }
}
