//! Small pictures in rows: as one document, and which of too many are drawn.

use maud::html;

use crate::figure::picture::Picture;
use crate::figure::words::clean;

/// How many small pictures a figure has at most.
pub(super) const MOST: usize = 64;

const COLUMNS: usize = 6;
const GAP: u32 = 16;
const HEADING: u32 = 44;

/// One document with all of `pictures`; a heading stands above several.
pub(super) fn document(title: &str, pictures: &[Picture]) -> String {
    let top = if pictures.len() == 1 { 0 } else { HEADING };
    let places = places(pictures, top);
    let right = places.iter().zip(pictures).map(|(at, picture)| at.0 + picture.width).max();
    let bottom = places.iter().zip(pictures).map(|(at, picture)| at.1 + picture.height).max();
    // Room for the heading of a figure that has nothing to show.
    let (width, height) = (right.unwrap_or(960), bottom.unwrap_or(top));
    html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(width) height=(height) viewBox=(format!("0 0 {width} {height}")) {
            rect width=(width) height=(height) fill="#FFFFFF" {}
            @if top > 0 {
                text x="8" y="30" font-family="sans-serif" font-size="26" font-weight="bold" fill="#222222" { (clean(title)) }
            }
            @for (picture, at) in pictures.iter().zip(&places) { (picture.at(*at)) }
        }
    }
    .into_string()
}

fn places(pictures: &[Picture], top: u32) -> Vec<(u32, u32)> {
    let width = pictures.iter().map(|picture| picture.width).max().unwrap_or(0) + GAP;
    let height = pictures.iter().map(|picture| picture.height).max().unwrap_or(0) + GAP;
    let place = |index| ((index % COLUMNS) as u32 * width, top + (index / COLUMNS) as u32 * height);
    (0..pictures.len()).map(place).collect()
}

/// Which of `flags` many are drawn: those that are flagged first, the rest evenly from first to last.
pub(super) fn chosen(flags: &[bool]) -> Vec<usize> {
    let flagged = (0..flags.len()).filter(|&index| flags.get(index) == Some(&true));
    let plain: Vec<_> = (0..flags.len()).filter(|&index| flags.get(index) == Some(&false)).collect();
    let mut chosen: Vec<_> = flagged.take(MOST).collect();
    let room = MOST - chosen.len();
    chosen.extend(evenly(&plain, room));
    chosen.sort_unstable();
    chosen
}

/// At most `room` of `all`, evenly spaced, the first and the last among them.
fn evenly(all: &[usize], room: usize) -> Vec<usize> {
    if all.len() <= room {
        return all.to_vec();
    }
    let step = |index| if room > 1 { index * (all.len() - 1) / (room - 1) } else { 0 };
    (0..room).filter_map(|index| all.get(step(index)).copied()).collect()
}

/// The sentence under a grid of `drawn` pictures of `all`.
pub(super) fn caption(title: &str, drawn: usize, all: usize, more: &str) -> String {
    match all - drawn {
        _ if all == 0 => format!("{title}: nothing to draw."),
        0 => more.to_owned(),
        left => {
            format!("{more} {drawn} of {all} are drawn, those with a finding first; {left} are left out.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_the_flagged_and_both_ends_are_drawn() {
        let mut flags = vec![false; 200];
        flags[77] = true;
        let some = chosen(&flags);
        assert_eq!(some.len(), MOST);
        assert!([0, 77, 199].iter().all(|index| some.contains(index)), "{some:?}");
        assert!(some.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(chosen(&[true; 65]).len(), MOST);
        assert_eq!(chosen(&[false, true]), [0, 1]);
        assert!(caption("Weights", MOST, 200, "Histograms.").contains("136 are left out"));
    }
}
