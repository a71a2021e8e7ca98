//! What a crate's imports must not do.

use std::collections::{BTreeMap, BTreeSet};

use super::floors::Floors;
use super::tree::Tree;
use super::words::Path;

type Imports = BTreeMap<Path, BTreeSet<Path>>;

/// Every offence of a crate, a line each.
pub(crate) fn offences(tree: &Tree, floors: &Floors) -> Vec<String> {
    let imports = tree.imports();
    let all =
        [cycles(&imports), against(&imports, floors), unknown(tree, floors), through_root(tree)].concat();
    all.into_iter().map(|offence| format!("{}: {offence}", floors.package)).collect()
}

/// Files each of which imports the next, and the last the first.
pub(crate) fn cycles(imports: &Imports) -> Vec<String> {
    let reached: BTreeMap<_, _> = imports.keys().map(|file| (file, reach(imports, file))).collect();
    let rings = imports.keys().map(|file| -> BTreeSet<&Path> {
        reached[file].iter().copied().filter(|other| reached[*other].contains(file)).collect()
    });
    let rings: BTreeSet<_> = rings.filter(|ring| !ring.is_empty()).collect();
    let names = |ring: BTreeSet<&Path>| ring.into_iter().map(name).collect::<Vec<_>>().join(", ");
    rings.into_iter().map(|ring| format!("a cycle of {}", names(ring))).collect()
}

/// All that a file depends on, by however many steps.
fn reach<'a>(imports: &'a Imports, from: &Path) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Path> = imports[from].iter().collect();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(&imports[file]);
        }
    }
    reached
}

/// Imports of a room that is not below the importing one. Rooms of one floor do not know each other.
fn against(imports: &Imports, floors: &Floors) -> Vec<String> {
    let pairs = imports.iter().flat_map(|(file, others)| others.iter().map(move |other| (file, other)));
    let wrong = pairs.filter(|(file, other)| {
        file[0] != other[0] && floors.of(&file[0]).is_some_and(|floor| floors.of(&other[0]) >= Some(floor))
    });
    wrong
        .map(|(file, other)| format!("{} imports {}, which is not below it", name(file), name(other)))
        .collect()
}

/// Rooms without a floor, and floors for rooms that there are not.
fn unknown(tree: &Tree, floors: &Floors) -> Vec<String> {
    let (rooms, listed) = (tree.rooms(), floors.rooms().cloned().collect::<BTreeSet<_>>());
    let missing = rooms.difference(&listed).map(|room| format!("{room} has no floor in ARCHITECTURE.md"));
    let gone =
        listed.difference(&rooms).map(|room| format!("{room} has a floor in ARCHITECTURE.md, but no file"));
    missing.chain(gone).collect()
}

/// Names taken from `lib.rs`, which hides the room that they are from.
fn through_root(tree: &Tree) -> Vec<String> {
    let names = tree.root_imports().into_iter();
    names
        .map(|(file, item)| format!("{} takes {item} from lib.rs: import it from its room", name(&file)))
        .collect()
}

/// The rooms by the longest way down from each: an order that holds, if there is no cycle of rooms.
pub(crate) fn order(tree: &Tree) -> String {
    let imports = tree.imports();
    let rooms = tree.rooms();
    let below = |room: &String| -> BTreeSet<String> {
        let of_room = imports.iter().filter(|(file, _)| file[0] == *room);
        of_room
            .flat_map(|(_, others)| others.iter().map(|other| other[0].clone()))
            .filter(|o| o != room)
            .collect()
    };
    let below: BTreeMap<_, _> = rooms.iter().map(|room| (room.clone(), below(room))).collect();
    let mut left = rooms;
    let mut floors = Vec::new();
    while !left.is_empty() {
        let free =
            left.iter().filter(|room| below[*room].is_disjoint(&left)).cloned().collect::<BTreeSet<_>>();
        // A cycle of rooms: all of it on one floor, for a person to take apart.
        let floor = if free.is_empty() { std::mem::take(&mut left) } else { free };
        left.retain(|room| !floor.contains(room));
        floors.push(floor.into_iter().collect::<Vec<_>>().join(" "));
    }
    floors.join(" < ")
}

fn name(module: &Path) -> String {
    module.join("/")
}
