//! Rows of published figures beside ours, as Markdown. What is compared is what is printed: each figure is read back from its text.

use std::fmt::Write;

/// A figure of ours beside a published one.
pub struct Row {
    /// What was measured, where, in which unit.
    what: String,
    published: String,
    ours: String,
    /// Why they differ, or what has to be known of either.
    why: String,
}

impl Row {
    /// A row. Both figures are texts that [`bounds`] reads; others are compared as words.
    pub fn new(what: impl Into<String>, published: impl Into<String>, ours: impl Into<String>) -> Row {
        Row { what: what.into(), published: published.into(), ours: ours.into(), why: String::new() }
    }

    /// With a word on the difference.
    pub fn why(self, why: impl Into<String>) -> Row {
        Row { why: why.into(), ..self }
    }

    /// Whether the two have values in common.
    pub fn agrees(&self) -> bool {
        match (bounds(&self.published), bounds(&self.ours)) {
            (Some(theirs), Some(ours)) => theirs.0 < ours.1 && ours.0 < theirs.1,
            _ => self.published == self.ours,
        }
    }

    fn line(&self) -> String {
        let verdict = match (self.agrees(), self.why.as_str()) {
            (true, "") => "agrees".to_owned(),
            (true, why) => format!("agrees; {why}"),
            (false, "") => "**differs**, and we do not know why".to_owned(),
            (false, why) => format!("**differs**: {why}"),
        };
        format!("| {} | {} | {} | {verdict} |", self.what, self.published, self.ours)
    }
}

/// A heading, what has to be known, and rows or any other text.
pub struct Section {
    /// The heading.
    pub title: &'static str,
    /// Sources and what they have in common.
    pub about: &'static str,
    /// Rows, if it has any.
    pub rows: Vec<Row>,
    /// What stands below them.
    pub rest: String,
}

impl Section {
    /// As Markdown, with a line end after each line.
    pub fn text(&self) -> String {
        let mut text = format!("## {}\n\n{}\n", self.title, self.about);
        if !self.rows.is_empty() {
            text += "\n| | published | ours | |\n|---|---|---|---|\n";
            self.rows.iter().for_each(|row| writeln!(text, "{}", row.line()).expect("a string takes any text"));
        }
        if !self.rest.is_empty() {
            writeln!(text, "\n{}", self.rest).expect("a string takes any text");
        }
        text
    }
}

/// Mean and half of its 99 % interval, with so many digits after the point.
pub fn sure((mean, half): (f64, f64), digits: usize) -> String {
    format!("{mean:.digits$} ± {half:.digits$}")
}

/// Which values a figure leaves open: `1.25` is anything that is rounded to it, `5 ± 2` from 3 to 7, `5 ± 2 s.e.` has that standard error
/// (99 % are 2.58 of it), `3–4` is a range, `≤ 2` and `≥ 2` have one end. Commas part thousands. Words have no bounds.
fn bounds(text: &str) -> Option<(f64, f64)> {
    let number = |text: &str| {
        let plain = text.trim().replace(',', "");
        let digits = plain.split_once('.').map_or(0, |(_, digits)| digits.len() as i32);
        plain.parse::<f64>().ok().map(|value| (value, 0.5 * 10f64.powi(-digits)))
    };
    if let Some(most) = text.strip_prefix('≤') {
        return number(most).map(|(value, rounded)| (f64::NEG_INFINITY, value + rounded));
    }
    if let Some(least) = text.strip_prefix('≥') {
        return number(least).map(|(value, rounded)| (value - rounded, f64::INFINITY));
    }
    if let Some((low, high)) = text.split_once('–') {
        return Some((number(low)?.0, number(high)?.0));
    }
    let (value, half) = match text.split_once('±') {
        Some((value, half)) => match half.split_once("s.e.") {
            Some((error, _)) => (number(value)?, 2.58 * number(error)?.0),
            None => (number(value)?, number(half)?.0),
        },
        None => (number(text)?, 0.0),
    };
    let half = half.max(value.1);
    Some((value.0 - half, value.0 + half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_as_sure_as_it_is_written() {
        assert_eq!(bounds("1.5"), Some((1.45, 1.55)));
        assert_eq!(bounds("1,297"), Some((1_296.5, 1_297.5)));
        assert_eq!(bounds("5 ± 2"), Some((3.0, 7.0)));
        assert_eq!(bounds("100 ± 10 s.e."), Some((74.2, 125.8)));
        assert_eq!(bounds("3–4"), Some((3.0, 4.0)));
        assert_eq!(bounds("≤ 1.2"), Some((f64::NEG_INFINITY, 1.25)));
        assert_eq!(bounds("≥ 10"), Some((9.5, f64::INFINITY)));
        assert_eq!(bounds("never"), None);
    }

    #[test]
    fn figures_agree_if_they_have_values_in_common() {
        let agrees = |published, ours| Row::new("", published, ours).agrees();
        assert!(agrees("1.27", "1.30 ± 0.04") && agrees("≥ 10", "12.0") && agrees("never", "never") && agrees("47", "47"));
        assert!(!agrees("1.27", "1.33 ± 0.04") && !agrees("≥ 10", "9") && !agrees("never", "47") && !agrees("47", "48"));
        let line = Row::new("a", "1", "2").line();
        assert_eq!(line, "| a | 1 | 2 | **differs**, and we do not know why |");
        assert_eq!(Row::new("a", "1", "1").line(), "| a | 1 | 1 | agrees |");
    }
}
