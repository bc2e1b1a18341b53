//! Draws the recorded figures: `cargo run -p bench --example chart > docs/performance.svg`.

fn main() -> Result<(), String> {
    print!("{}", bench::chart::svg(&bench::figures::Figures::recorded()?));
    Ok(())
}
