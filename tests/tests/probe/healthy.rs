//! Nets that train raise no alarm: every kind, over 200 seeds in CI and 20 elsewhere, with their initializers beside them and
//! without.

use acceptance::healthy::{KINDS, false_alarms};

#[test]
fn healthy_nets_raise_no_alarm() -> candle_init_probe::Result<()> {
    for kind in KINDS {
        assert_eq!(false_alarms(kind)?, [""; 0], "{}", kind.0);
    }
    Ok(())
}
