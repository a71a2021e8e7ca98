//! The order of a crate's rooms, its top-level modules, as ARCHITECTURE.md has it.

/// The rooms of one crate by floor, lowest first.
#[derive(Debug, PartialEq)]
pub(crate) struct Floors {
    pub(crate) package: String,
    floors: Vec<Vec<String>>,
}

impl Floors {
    /// The blocks that begin with "```floors", a crate each: its name, a colon, its floors with `<` between them.
    pub(crate) fn read(page: &str) -> Vec<Self> {
        let blocks = page.split("```floors\n").skip(1).filter_map(|rest| rest.split("```").next());
        blocks.filter_map(Self::one).collect()
    }

    fn one(block: &str) -> Option<Self> {
        let (package, order) = block.split_once(':')?;
        let floor = |rooms: &str| rooms.split_whitespace().map(String::from).collect();
        Some(Self { package: package.trim().into(), floors: order.split('<').map(floor).collect() })
    }

    /// The floor of a room.
    pub(crate) fn of(&self, room: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.iter().any(|other| other == room))
    }

    pub(crate) fn rooms(&self) -> impl Iterator<Item = &String> {
        self.floors.iter().flatten()
    }
}
