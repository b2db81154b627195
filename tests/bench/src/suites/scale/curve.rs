//! The curves as a picture: speed-up over threads, both doubling along their axes.

use std::fmt::Write;

/// Speed-ups of one patch by number of threads.
#[derive(Clone, Debug, Default)]
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) predicted: Vec<(usize, f64)>,
    pub(super) measured: Vec<(usize, f64)>,
}

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 560.0;
/// The plot's inside; names stand on its right.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 680.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 510.0;
/// Ends of both axes.
const MOST: f64 = 64.0;

fn x(threads: f64) -> f64 {
    LEFT + threads.log2() / MOST.log2() * (RIGHT - LEFT)
}

fn y(speedup: f64) -> f64 {
    BOTTOM - speedup.clamp(1.0, MOST).log2() / MOST.log2() * (BOTTOM - TOP)
}

/// Draws the curves; what lies beyond the machine's CPUs is marked as simulated.
pub(super) fn svg(curves: &[Curve], cpus: usize) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    let edge = x((cpus as f64).min(MOST));
    let _ = writeln!(
        out,
        "<rect x=\"{edge:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{}\" fill=\"#f1f1f1\"/>\n\
         <text x=\"{:.1}\" y=\"{}\" text-anchor=\"end\" fill=\"#777\" font-style=\"italic\">simulated</text>",
        RIGHT - edge,
        BOTTOM - TOP,
        RIGHT - 6.0,
        BOTTOM - 8.0,
    );
    grid(&mut out);
    for (place, curve) in curves.iter().enumerate() {
        let colour = format!("hsl({} 65% 42%)", place * 360 / curves.len());
        line(&mut out, curve, cpus, &colour);
        let name_y = TOP + 14.0 * (place as f64 + 1.0);
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{name_y}\" fill=\"{colour}\">{}</text>",
            RIGHT + 16.0,
            curve.name
        );
    }
    out += "</svg>\n";
    out
}

fn grid(out: &mut String) {
    for power in 0..=6 {
        let value = f64::from(1 << power);
        let (across, up) = (x(value), y(value));
        let _ = writeln!(
            out,
            "<path d=\"M{across:.1} {TOP}V{BOTTOM}M{LEFT} {up:.1}H{RIGHT}\" stroke=\"#ddd\" fill=\"none\"/>\n\
             <text x=\"{across:.1}\" y=\"{}\" text-anchor=\"middle\">{value}</text>\n\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>",
            BOTTOM + 16.0,
            LEFT - 8.0,
            up + 4.0,
        );
    }
    let _ = writeln!(
        out,
        "<path d=\"M{LEFT} {BOTTOM}L{RIGHT} {TOP}\" stroke=\"#000\" stroke-dasharray=\"2 4\" fill=\"none\"/>\n\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">threads</text>\n\
         <text x=\"{LEFT}\" y=\"22\">speed-up over one thread; dots are measured, dotted: one per thread</text>",
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 36.0,
    );
}

/// Whole up to the machine's CPUs, broken beyond; measured points as dots.
fn line(out: &mut String, curve: &Curve, cpus: usize, colour: &str) {
    let (inside, beyond): (Vec<_>, Vec<_>) = curve.predicted.iter().partition(|point| point.0 <= cpus);
    let broken: Vec<_> = inside.last().into_iter().chain(&beyond).copied().collect();
    for (points, dashes) in [(inside, "none"), (broken, "6 4")] {
        let path: Vec<String> = points
            .iter()
            .map(|(threads, speedup)| format!("{:.1},{:.1}", x(*threads as f64), y(*speedup)))
            .collect();
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" stroke=\"{colour}\" stroke-width=\"1.6\" stroke-dasharray=\"{dashes}\" \
             fill=\"none\"/>",
            path.join(" ")
        );
    }
    for (threads, speedup) in &curve.measured {
        let (x, y) = (x(*threads as f64), y(*speedup));
        let _ = writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_machine_is_broken_and_what_is_measured_a_dot() {
        let curve = Curve {
            name: "reference-64v".into(),
            predicted: vec![(1, 1.0), (2, 1.9), (64, 20.0)],
            measured: vec![(2, 1.85)],
        };
        let picture = svg(&[curve], 2);
        assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
        assert_eq!(picture.matches("<circle").count(), 1);
        assert!(picture.contains("simulated"));
        let dashed = picture.lines().find(|line| line.contains("stroke-dasharray=\"6 4\"")).unwrap();
        assert_eq!(dashed.matches(',').count(), 2, "{dashed}");
    }
}
