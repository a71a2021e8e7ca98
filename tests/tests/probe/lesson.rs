//! The lesson: in a browser it fits, says nothing and asks for nothing; its script computes what candle computes; the page
//! that is checked in is the page that the code makes; its lines of code are what its text says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

mod current;
mod numbers;
mod tongues;

use std::sync::LazyLock;

use candle_init_examples::lesson::{Lesson, lesson};

use super::page::browser::View;
use super::page::{MEASURE, sound, with_browser};

/// The lesson as the code makes it, once for all tests: it runs nets for half a minute.
static LESSON: LazyLock<Lesson> = LazyLock::new(|| lesson(1).unwrap());

const VIEWS: [View; 6] = [
    View { width: 360, scheme: "light" },
    View { width: 390, scheme: "dark" },
    View { width: 768, scheme: "light" },
    View { width: 1280, scheme: "dark" },
    View { width: 1280, scheme: "light" },
    View { width: 1920, scheme: "light" },
];

/// Opens all that is folded, runs every net, and gives each control the focus that a keyboard would.
const HANDLE: &str = include_str!("lesson/handle.js");

#[test]
#[cfg_attr(
    not(feature = "long"),
    ignore = "the lesson trains nets for half a minute: with --features acceptance/full, as CI"
)]
fn the_page_fits_is_quiet_and_can_be_handled_by_keyboard() {
    assert!(LESSON.page.len() < 1_500_000, "{} bytes", LESSON.page.len());
    let script = format!("globalThis.may = {{ scripts: true, links: true }}; {HANDLE}\n{MEASURE}");
    with_browser("lesson", |browser| {
        for view in VIEWS {
            let visit = browser.visit("lesson", &LESSON.page, view, &script);
            sound(&visit, "lesson", view);
            let pictures = visit.found["pictures"].as_u64().unwrap();
            assert!(pictures > 60, "{view:?}: {pictures} pictures, with those that the buttons draw");
        }
    });
}

/// What stands on paper: pictures, answers, and what only a screen can use.
const PAPER: &str = include_str!("lesson/paper.js");

/// The page with a script that ends at once.
fn bare() -> String {
    let bare = LESSON.page.replace("document.documentElement.classList.add(\"script\");", "throw 0;");
    assert_ne!(bare, LESSON.page);
    bare
}

/// On paper each question has its still pictures and its answer, whatever was pressed before, with a script and without.
#[test]
#[cfg_attr(
    not(feature = "long"),
    ignore = "the lesson trains nets for half a minute: with --features acceptance/full, as CI"
)]
fn paper_has_each_picture_once_and_all_answers() {
    let pressed = format!("{HANDLE}\nJSON.stringify({{ height: 0 }})");
    let folded = "JSON.stringify({ height: 0 })";
    let bare = bare();
    with_browser("lesson-paper", |browser| {
        for (name, page, before) in [
            ("pressed", &LESSON.page, pressed.as_str()),
            ("folded", &LESSON.page, folded),
            ("bare", &bare, folded),
        ] {
            let found = browser.on_paper(name, page, VIEWS[3], before, PAPER);
            assert_eq!(found["twice"], 0, "{name}: {found}");
            assert_eq!(found["screen"], 0, "{name}: {found}");
            assert_eq!(found["pictures"], found["stills"], "{name}: {found}");
            assert_eq!(found["shown"], found["folds"], "{name}: {found}");
            assert!(
                found["folds"].as_u64().unwrap() > 20 && found["stills"].as_u64().unwrap() >= 20,
                "{found}"
            );
            assert_eq!(found["ground"], "rgb(255, 255, 255)", "{name}: {found}");
            // Ten points are 13.3 pixels, and captions are no larger than the text.
            assert!(found["body"].as_f64().unwrap() < 13.5, "{name}: {found}");
            assert!(found["largest"].as_f64().unwrap() <= found["body"].as_f64().unwrap(), "{name}: {found}");
        }
    });
}

/// Without a script each exhibit is a still picture, and no button or slider is in the way.
#[test]
#[cfg_attr(
    not(feature = "long"),
    ignore = "the lesson trains nets for half a minute: with --features acceptance/full, as CI"
)]
fn the_page_reads_without_a_script() {
    let bare = bare();
    let script = "JSON.stringify({
        buttons: [...document.querySelectorAll('button, .lab')].filter((one) => one.offsetParent).length,
        stills: [...document.querySelectorAll('.without svg, #train-still svg')].filter((one) => one.getBoundingClientRect().height > 50).length,
        height: 0,
    })";
    with_browser("lesson-bare", |browser| {
        let found = browser.visit("bare", &bare, VIEWS[0], script).found;
        assert_eq!(found["buttons"], 0, "{found}");
        assert!(found["stills"].as_u64().unwrap() >= 20, "{found}");
    });
}
