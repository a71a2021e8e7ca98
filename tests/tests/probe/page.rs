//! The pages, opened in a real browser: they load nothing, say nothing on the console, fit a phone, and can be read in
//! light and dark. The last page is broken on purpose, and the same checks must see each break.
//!
//! With `PROBE_BROWSER=required` a missing browser fails; otherwise the test says that it was skipped.
//! `PROBE_SCREENSHOTS=<folder>` keeps what the pages look like.
#![allow(clippy::unwrap_used, clippy::panic)]

pub(super) mod browser;
mod pages;

use std::{env, fs};

use browser::{Browser, View, Visit};

pub(super) const MEASURE: &str = include_str!("page/measure.js");

const VIEWS: [View; 4] = [
    View { width: 1280, scheme: "light" },
    View { width: 360, scheme: "dark" },
    View { width: 1280, scheme: "dark" },
    View { width: 360, scheme: "light" },
];

#[test]
fn pages_open_fit_and_can_be_read() {
    with_browser("page", |browser| {
        for (name, html, pictures) in pages::sound() {
            for view in VIEWS {
                let visit = browser.visit(name, &html, view, MEASURE);
                sound(&visit, name, view);
                assert_eq!(visit.found["pictures"], pictures, "{name} {view:?}");
            }
        }
        for view in VIEWS {
            broken(&browser.visit("broken", pages::BROKEN, view, MEASURE), view);
        }
    });
}

/// Opens a browser for `look`, or says that there is none.
pub(super) fn with_browser(name: &str, look: impl FnOnce(&mut Browser)) {
    let Some(program) = browser::find() else {
        assert_ne!(
            env::var("PROBE_BROWSER").as_deref(),
            Ok("required"),
            "no Chromium: install it or set CHROMIUM"
        );
        println!("skipped: no Chromium on this machine; install it, or set CHROMIUM, to run this");
        return;
    };
    let folder = env::temp_dir().join(format!("candle-init-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut browser = Browser::start(&program, &folder);
    look(&mut browser);
    drop(browser);
    // A browser that is still closing may hold a file; the system's folder is cleared anyway.
    let _ = fs::remove_dir_all(&folder);
}

pub(super) fn sound(visit: &Visit, name: &str, view: View) {
    assert!(visit.requests.is_empty(), "{name} {view:?} asks for {:?}", visit.requests);
    assert!(visit.messages.is_empty(), "{name} {view:?} says {:?}", visit.messages);
    let found = &visit.found;
    assert_eq!(
        found["complaints"].as_array().map(Vec::len),
        Some(0),
        "{name} {view:?}: {:#}",
        found["complaints"]
    );
    assert!(
        found["texts"].as_u64().unwrap() > found["pictures"].as_u64().unwrap(),
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
