//! The ratios as a picture: one bar a measure, to the left of the line where ours is ahead.

use std::fmt::Write;

use crate::report::{BEHIND, Comparison, Table};

/// An SVG of the ratios of all tables that are charted. The axis is logarithmic: twice as good is as
/// far from the line as twice as bad.
pub fn svg(tables: &[Table]) -> String {
    let mut body = String::new();
    let mut y = TOP;
    for table in tables.iter().filter(|table| table.charted) {
        let bars: Vec<_> = table
            .rows
            .iter()
            .filter_map(|row| Some((row.measure.as_str(), table.comparison(row)?)))
            .collect();
        if bars.is_empty() {
            continue;
        }
        y += GROUP;
        let title = escaped(&table.title);
        line(&mut body, &format!(r#"<text class="t" x="12" y="{}">{title}</text>"#, y - 5));
        for (measure, comparison) in bars {
            bar(&mut body, y, measure, &comparison);
            y += BAR;
        }
    }
    let height = y + 16;
    let mut svg = String::new();
    let size = format!(r#"viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}""#);
    line(&mut svg, &format!(r#"<svg xmlns="http://www.w3.org/2000/svg" {size}>"#));
    line(&mut svg, STYLE);
    line(&mut svg, &format!(r#"<rect width="{WIDTH}" height="{height}" fill="white"/>"#));
    let title = "cost of ours / cost of the best other library (left of 1: ours is ahead)";
    line(&mut svg, &format!(r#"<text class="h" x="12" y="22">{title}</text>"#));
    for ratio in TICKS {
        let x = x_of(*ratio);
        let class = if *ratio == 1.0 { "one" } else { "grid" };
        let down = height - 12;
        line(&mut svg, &format!(r#"<path class="{class}" d="M{x:.1} 46V{down}"/>"#));
        line(&mut svg, &format!(r#"<text class="a" x="{x:.1}" y="42">{ratio}</text>"#));
    }
    svg.push_str(&body);
    line(&mut svg, "</svg>");
    svg
}

fn bar(svg: &mut String, y: u32, measure: &str, comparison: &Comparison) {
    let Comparison { best, ratio, .. } = comparison;
    let (one, end) = (x_of(1.0), x_of(*ratio));
    let (left, width) = (one.min(end), (one - end).abs().max(1.0));
    let class = if *ratio > BEHIND { "behind" } else { "ahead" };
    let text = y + BAR - 5;
    let measure = escaped(measure);
    line(svg, &format!(r#"<text class="m" x="{}" y="{text}">{measure}</text>"#, LEFT - 8));
    let top = y + 3;
    let height = BAR - 5;
    line(
        svg,
        &format!(
            r#"<rect class="{class}" x="{left:.1}" y="{top}" width="{width:.1}" height="{height}"/>"#
        ),
    );
    let label = format!("{ratio:.2} {}", escaped(best));
    line(svg, &format!(r#"<text class="v" x="{}" y="{text}">{label}</text>"#, RIGHT + 8));
}

/// Where a ratio is on the axis; what is beyond its ends is at its ends.
fn x_of(ratio: f64) -> f64 {
    let [first, .., last] = TICKS else { return f64::from(LEFT) };
    let part = (ratio.clamp(*first, *last) / first).log2() / (last / first).log2();
    f64::from(LEFT) + part * f64::from(RIGHT - LEFT)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('`', "")
}

fn line(svg: &mut String, text: &str) {
    writeln!(svg, "{text}").unwrap_or_default();
}

const WIDTH: u32 = 900;
const LEFT: u32 = 280;
const RIGHT: u32 = 720;
const TOP: u32 = 50;
const GROUP: u32 = 26;
const BAR: u32 = 17;
const TICKS: &[f64] = &[0.125, 0.25, 0.5, 1.0, 2.0, 4.0];
const STYLE: &str = "<style>text{font:12px system-ui,sans-serif;fill:#222}\
.h{font-size:15px;font-weight:600}.t{font-weight:600}.m{text-anchor:end}.a{text-anchor:middle;\
fill:#777}.v{fill:#555}.ahead{fill:#2a8f6c}.behind{fill:#d9822b}.grid{stroke:#e4e4e4}\
.one{stroke:#444;stroke-width:1.5}</style>";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Role;

    fn table(ours: f64, theirs: f64) -> Table {
        let mut table = Table::new("a & b", "ns", &[("ours", Role::Ours), ("them", Role::Peer)]);
        table.push("<16 B>", vec![vec![ours], vec![theirs]]);
        table
    }

    #[test]
    fn bars_point_away_from_one() {
        let ahead = svg(&[table(1.0, 2.0)]);
        assert!(ahead.contains(r#"class="ahead" x="456.0" y="79" width="88.0""#), "{ahead}");
        let behind = svg(&[table(2.0, 1.0)]);
        assert!(behind.contains(r#"class="behind" x="544.0" y="79" width="88.0""#), "{behind}");
    }

    #[test]
    fn text_is_escaped_and_tables_can_be_left_out() {
        let chart = svg(&[table(1.0, 1.0)]);
        assert!(chart.contains("a &amp; b") && chart.contains("&lt;16 B&gt;"));
        assert!(!svg(&[table(1.0, 1.0).uncharted()]).contains("a &amp; b"));
    }

    #[test]
    fn what_is_off_the_scale_is_at_its_end() {
        assert_eq!(x_of(0.001), x_of(0.125));
        assert_eq!(x_of(1000.0), f64::from(RIGHT));
    }
}
