//! Figures as a picture: one bar each, to the left of the line where ours costs less.
//!
//! It is legible on a light and on a dark page, says what its colours mean, and where its figures come
//! from. A number stands beside each bar, so that nothing depends on colours alone.

use std::fmt::Write;

use crate::{
    figures::{Figure, Figures},
    report::BEHIND,
};

/// The chart as an SVG. Its axis is logarithmic: twice as good is as far from the line as twice as bad.
pub fn svg(figures: &Figures) -> String {
    let bars = &figures.figures;
    let bottom = TOP + BAR * u32::try_from(bars.len()).unwrap_or(0);
    let mut below = bottom + 46;
    let mut body = String::new();
    axis(&mut body, bottom);
    for (y, figure) in (TOP..).step_by(BAR as usize).zip(bars) {
        bar(&mut body, y, figure);
    }
    if bars.iter().any(|figure| side(figure.ratio) == Side::Beyond) {
        let note =
            "An arrow: the bar ends where the scale does; the number says how far it would go.";
        text(&mut body, "s", MARGIN, below, note);
        below += LINE;
    }
    let Figures { date, machine, versions, .. } = figures;
    // The name of a library and its version stay on one line.
    let versions = versions.split(", ").map(|version| version.replace(' ', "\u{a0}"));
    let versions = versions.collect::<Vec<_>>().join(", ");
    let sources = [format!("Measured on {date} on {machine}."), format!("Next to {versions}.")];
    for line in sources.iter().flat_map(|source| wrapped(source, COLUMNS)) {
        text(&mut body, "s", MARGIN, below, &line);
        below += LINE;
    }
    let height = below;
    let mut svg = String::new();
    let size = format!(r#"viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}""#);
    line(&mut svg, &format!(r#"<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">"#));
    line(&mut svg, &format!("<title>{TITLE}</title>"));
    line(&mut svg, STYLE);
    line(&mut svg, &format!(r#"<rect class="page" width="{WIDTH}" height="{height}"/>"#));
    text(&mut svg, "h", MARGIN, 28, TITLE);
    legend(&mut svg, 52);
    svg.push_str(&body);
    line(&mut svg, "</svg>");
    svg
}

/// What each colour means.
fn legend(svg: &mut String, y: u32) {
    let entries = [
        ("ahead", "ours costs less", 150),
        ("level", "the same, within 3 %", 180),
        ("behind", "ours costs more", 0),
    ];
    let mut x = MARGIN;
    for (class, meaning, width) in entries {
        let top = y - 10;
        line(svg, &format!(r#"<rect class="{class}" x="{x}" y="{top}" width="12" height="12"/>"#));
        text(svg, "s", x + 18, y, meaning);
        x += width;
    }
}

/// The lines at round ratios, what they are, and what the columns are.
fn axis(svg: &mut String, bottom: u32) {
    for (ratio, label) in TICKS {
        let x = x_of(ratio);
        let class = if ratio == 1.0 { "one" } else { "grid" };
        line(svg, &format!(r#"<path class="{class}" d="M{x:.1} {}V{bottom}"/>"#, TOP - 6));
        let below = bottom + 16;
        line(svg, &format!(r#"<text class="a" x="{x:.1}" y="{below}">{label}</text>"#));
    }
    let middle = (LEFT + RIGHT) / 2;
    let name = "cost of ours / cost of theirs, logarithmic";
    text(svg, "a", middle, TOP - 12, name);
    text(svg, "s", RIGHT + 16, TOP - 12, "ratio, and the best other library");
}

fn bar(svg: &mut String, y: u32, figure: &Figure) {
    let Figure { measure, cost, best, ratio } = figure;
    let baseline = y + BAR - 8;
    let (measure, cost) = (escaped(measure), escaped(cost));
    let label = format!(r#"{measure} <tspan class="s">{cost}</tspan>"#);
    let x = LEFT - 14;
    line(svg, &format!(r#"<text class="m" x="{x}" y="{baseline}">{label}</text>"#));
    let (one, end) = (x_of(1.0), x_of(*ratio));
    let (class, left, width) = match *ratio {
        ratio if ratio > BEHIND => ("behind", one, end - one),
        ratio if ratio < 1.0 / BEHIND => ("ahead", end, one - end),
        // Too short to be seen as a bar.
        _ => ("level", end - SPOT / 2.0, SPOT),
    };
    let (top, height) = (y + 4, BAR - 8);
    let place = format!(r#"x="{left:.1}" y="{top}" width="{width:.1}" height="{height}""#);
    line(svg, &format!(r#"<rect class="{class}" {place}/>"#));
    if side(*ratio) == Side::Beyond {
        let away = if end < one { -8.0 } else { 8.0 };
        let half = f64::from(height) / 2.0;
        let arrow = format!("M{end:.1} {top}l{away} {half}l{} {half}z", -away);
        line(svg, &format!(r#"<path class="{class}" d="{arrow}"/>"#));
    }
    text(svg, "v", RIGHT + 16, baseline, &format!("{ratio:.2} {best}"));
}

/// Whether a ratio is on the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    On,
    Beyond,
}

fn side(ratio: f64) -> Side {
    let [(first, _), .., (last, _)] = TICKS;
    if (first..=last).contains(&ratio) { Side::On } else { Side::Beyond }
}

/// Where a ratio is on the axis; what is beyond its ends is at its ends.
fn x_of(ratio: f64) -> f64 {
    let [(first, _), .., (last, _)] = TICKS;
    let part = (ratio.clamp(first, last) / first).log2() / (last / first).log2();
    f64::from(LEFT) + part * f64::from(RIGHT - LEFT)
}

/// Lines of up to so many characters, broken at blanks.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn text(svg: &mut String, class: &str, x: u32, y: u32, text: &str) {
    line(svg, &format!(r#"<text class="{class}" x="{x}" y="{y}">{}</text>"#, escaped(text)));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn line(svg: &mut String, text: &str) {
    writeln!(svg, "{text}").unwrap_or_default();
}

const TITLE: &str = "What ws-tokio costs, next to the best other library";
const WIDTH: u32 = 880;
const MARGIN: u32 = 16;
const LEFT: u32 = 370;
const RIGHT: u32 = 670;
const TOP: u32 = 106;
const BAR: u32 = 24;
const LINE: u32 = 17;
const SPOT: f64 = 8.0;
/// Characters of the small letters that fit between the margins.
const COLUMNS: usize = 125;
/// Lines at round ratios, from end to end of the axis.
const TICKS: [(f64, &str); 7] = [
    (0.0625, "1/16"),
    (0.125, "1/8"),
    (0.25, "1/4"),
    (0.5, "1/2"),
    (1.0, "1"),
    (2.0, "2"),
    (4.0, "4"),
];
/// Blue and orange are told apart by nearly everybody, on either ground.
const STYLE: &str = "<style>\
text{font:13px system-ui,sans-serif;fill:#1f2328}.h{font-size:16px;font-weight:600}\
.m{text-anchor:end}.a,.s{font-size:12px;fill:#59636e}.a{text-anchor:middle}\
.page{fill:#fff}.ahead{fill:#2a6fc9}.level{fill:#818b98}.behind{fill:#cf6a10}\
.grid{stroke:#d1d9e0}.one{stroke:#1f2328;stroke-width:1.5}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.a,.s{fill:#9198a1}.page{fill:#0d1117}\
.ahead{fill:#5aa2ff}.level{fill:#9198a1}.behind{fill:#f2994a}.grid{stroke:#3d444d}\
.one{stroke:#f0f6fc}}</style>";

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(ratios: &[f64]) -> String {
        let figure = |&ratio: &f64| Figure {
            measure: "a & b".to_owned(),
            cost: "<time>".to_owned(),
            best: "them".to_owned(),
            ratio,
        };
        svg(&Figures {
            date: "2026-11-29".to_owned(),
            machine: "a processor".to_owned(),
            versions: "them 1.0".to_owned(),
            figures: ratios.iter().map(figure).collect(),
        })
    }

    #[test]
    fn bars_point_away_from_one() {
        let ahead = chart(&[0.5]);
        assert!(ahead.contains(r#"class="ahead" x="520.0" y="110" width="50.0""#), "{ahead}");
        let behind = chart(&[2.0]);
        assert!(behind.contains(r#"class="behind" x="570.0" y="110" width="50.0""#), "{behind}");
    }

    #[test]
    fn what_cannot_be_told_from_noise_is_level() {
        for ratio in [0.98, 1.0, 1.02] {
            let expected =
                format!(r#"class="level" x="{:.1}" y="110" width="8.0""#, x_of(ratio) - 4.0);
            assert!(chart(&[ratio]).contains(&expected), "{ratio}");
        }
    }

    #[test]
    fn bars_are_as_long_as_ratios_are_far_from_one() {
        assert_eq!(x_of(0.5) - x_of(0.25), x_of(4.0) - x_of(2.0));
        assert_eq!((x_of(0.0625), x_of(4.0)), (f64::from(LEFT), f64::from(RIGHT)));
    }

    #[test]
    fn what_is_off_the_scale_ends_with_it_and_is_marked() {
        let chart_within = chart(&[0.0625, 4.0]);
        assert!(!chart_within.contains("An arrow"), "{chart_within}");
        let beyond = chart(&[0.05, 9.0]);
        assert!(beyond.contains("An arrow") && beyond.contains("0.05 them"), "{beyond}");
        assert!(beyond.contains(r#"class="ahead" d="M370.0 110l-8 8l8 8z""#), "{beyond}");
        assert!(beyond.contains(r#"class="behind" d="M670.0 134l8 8l-8 8z""#), "{beyond}");
    }

    #[test]
    fn it_says_what_was_measured_where_and_when() {
        let chart = chart(&[1.0]);
        for said in ["2026-11-29", "a processor", "them\u{a0}1.0", "logarithmic", "ours costs less"]
        {
            assert!(chart.contains(said), "{said}: {chart}");
        }
        assert!(chart.contains("a &amp; b <tspan class=\"s\">&lt;time&gt;"), "{chart}");
    }

    #[test]
    fn long_lines_are_broken_at_blanks() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("immeasurable one", 4), ["immeasurable", "one"]);
    }

    #[test]
    fn the_chart_of_the_documents_is_that_of_the_recorded_figures() {
        let drawn = svg(&Figures::recorded().unwrap());
        let kept = include_str!("../../docs/performance.svg");
        assert!(drawn == kept, "cargo run -p bench --example chart > docs/performance.svg");
    }
}
