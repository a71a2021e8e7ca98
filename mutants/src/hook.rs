/// Which change is switched on. Put into every crate that is changed.
#[allow(missing_docs, dead_code, unreachable_pub)]
pub(crate) mod mutant {
    use std::io::Write;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

    const UNKNOWN: u32 = u32::MAX;
    const RECORDING: u32 = u32::MAX - 1;
    const NONE: u32 = u32::MAX - 2;
    static ACTIVE: AtomicU32 = AtomicU32::new(UNKNOWN);
    static REACHED: [AtomicBool; 1 << 16] = [const { AtomicBool::new(false) }; 1 << 16];
    static FILE: OnceLock<Option<std::fs::File>> = OnceLock::new();

    #[inline(always)]
    pub(crate) fn at(id: u32) -> bool {
        let active = ACTIVE.load(Relaxed);
        if active < RECORDING { active == id } else { first(id, active) }
    }

    #[cold]
    fn first(id: u32, active: u32) -> bool {
        if active == UNKNOWN {
            let asked = std::env::var("MUTANT").ok().and_then(|id| id.parse().ok());
            let recording = std::env::var_os("MUTANTS_REACHED").is_some();
            ACTIVE.store(asked.unwrap_or(if recording { RECORDING } else { NONE }), Relaxed);
            return at(id);
        }
        if !REACHED[id as usize].swap(true, Relaxed) {
            let open = |path| std::fs::OpenOptions::new().append(true).create(true).open(path).ok();
            let file = FILE.get_or_init(|| std::env::var_os("MUTANTS_REACHED").and_then(open));
            if let Some(mut file) = file.as_ref() {
                let _ = file.write_all(format!("{id}\n").as_bytes());
            }
        }
        false
    }
}
