//! Draws weight initialization as one page, from nets that are run: `--help` lists the flags.

fn main() -> anyhow::Result<std::process::ExitCode> {
    candle_init_examples::lesson::run()
}
