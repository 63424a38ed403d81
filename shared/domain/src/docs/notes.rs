//! The block of contact details in the notes of an entry, put in, changed and taken out.
//!
//! Invariants: what stands outside of the block and the line end before it stays to the letter; doing it
//! twice is doing it once; what was put in and is taken out leaves the notes as they were. Notes may hold
//! people's secrets: no error tells anything of them.

use super::details::Details;
use crate::limits::NOTES_BYTES_MAX;

/// The line that the block begins with.
pub const BEGIN: &str = "--- Muster: contact details, edited here ---";
/// The line that it ends with.
pub const END: &str = "--- Muster: end ---";

/// Why notes are left as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotesRefused {
    /// A marker stands alone, twice, or in the wrong place.
    #[error(
        "the lines of Muster's block in the notes are not whole: take out what stands between and \
         with \"--- Muster: contact details\" and \"--- Muster: end\", then confirm the entry again"
    )]
    Broken,
    /// They would be longer than is taken.
    #[error(
        "with the contact details the notes would have more than {NOTES_BYTES_MAX} bytes: shorten \
         them, then confirm the entry again"
    )]
    TooLong,
}

/// How lines end in the notes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Html,
}

impl Form {
    /// Rich text has a tag in it. Both systems keep either form as it was written.
    fn of(texts: [&str; 2]) -> Self {
        if texts.into_iter().any(has_tag) {
            Self::Html
        } else {
            Self::Plain
        }
    }

    fn line_end(self) -> &'static str {
        match self {
            Self::Plain => "\n",
            Self::Html => "<br>",
        }
    }

    fn line(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Html => (text.replace('&', "&amp;"))
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
        }
    }
}

/// The notes with the block as it is to be; without a block where there are no details.
///
/// # Errors
/// Where a block that stands there is not whole, or the notes would get too long. Nothing is lost.
pub fn splice(notes: &str, details: &Details) -> Result<String, NotesRefused> {
    let stands = around(notes)?;
    if details.is_empty() {
        return Ok(match stands {
            Some((before, after)) => format!("{}{after}", without_line_end(before)),
            None => notes.to_owned(),
        });
    }
    let spliced = match stands {
        Some((before, after)) => {
            let form = Form::of([without_line_end(before), after]);
            format!("{before}{}{after}", block(details, form))
        }
        None if notes.is_empty() => block(details, Form::Plain),
        None => {
            let form = Form::of([notes, ""]);
            format!("{notes}{}{}", form.line_end(), block(details, form))
        }
    };
    if spliced.len() > notes.len().max(NOTES_BYTES_MAX) {
        return Err(NotesRefused::TooLong);
    }
    Ok(spliced)
}

fn block(details: &Details, form: Form) -> String {
    let mut lines = vec![BEGIN.to_owned()];
    lines.extend(details.lines().iter().map(|line| form.line(line)));
    lines.push(END.to_owned());
    lines.join(form.line_end())
}

/// What stands before and after the block; `None` where there is no block.
fn around(notes: &str) -> Result<Option<(&str, &str)>, NotesRefused> {
    let count = |marker| notes.matches(marker).count();
    match (count(BEGIN), count(END)) {
        (0, 0) => Ok(None),
        (1, 1) => {
            let (before, rest) = notes.split_once(BEGIN).ok_or(NotesRefused::Broken)?;
            let (_, after) = rest.split_once(END).ok_or(NotesRefused::Broken)?;
            Ok(Some((before, after)))
        }
        _ => Err(NotesRefused::Broken),
    }
}

/// Without the line end that belongs to a block behind it.
fn without_line_end(text: &str) -> &str {
    let ends = [Form::Html, Form::Plain].map(Form::line_end);
    let ended = ends.into_iter().find_map(|end| text.strip_suffix(end));
    ended.unwrap_or(text)
}

/// Is there anything like `<p>`, `</b>` or `<br/>`?
fn has_tag(text: &str) -> bool {
    text.split('<').skip(1).any(|rest| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains('>')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::details::tests::details;
    use super::*;

    const MAIL: &str = "ada@northwind.example";

    fn block_of(mail: &str, end: &str) -> String {
        [BEGIN, &format!("E-mail: {mail}"), END].join(end)
    }

    #[test]
    fn b29_the_block_is_put_behind_what_stands_there_in_its_form() {
        let (plain, html) = (block_of(MAIL, "\n"), block_of(MAIL, "<br>"));
        for (notes, expected) in [
            ("", plain.clone()),
            ("Ask Bo.", format!("Ask Bo.\n{plain}")),
            ("Ask Bo.\n", format!("Ask Bo.\n\n{plain}")),
            ("a < b, c > d", format!("a < b, c > d\n{plain}")),
            (
                "<p>Ask <b>Bo</b>.</p>",
                format!("<p>Ask <b>Bo</b>.</p><br>{html}"),
            ),
            ("Ask Bo.<br/>", format!("Ask Bo.<br/><br>{html}")),
        ] {
            let written = splice(notes, &details(MAIL)).unwrap();
            assert_eq!(written, expected, "{notes}");
            assert_eq!(splice(&written, &Details::default()).unwrap(), notes);
        }
    }

    #[test]
    fn b29_what_people_wrote_around_the_block_stays_when_it_changes_and_goes() {
        let notes = format!("Before\n{}\nAfter", block_of("old@northwind.example", "\n"));
        let changed = splice(&notes, &details(MAIL)).unwrap();
        let expected = format!("Before\n{}\nAfter", block_of(MAIL, "\n"));
        assert_eq!(changed, expected);
        let gone = splice(&changed, &Details::default()).unwrap();
        assert_eq!(gone, "Before\nAfter");
        // An editor of rich text made paragraphs of our lines.
        let edited = format!("<p>Before</p><p>{BEGIN}</p><p>E-mail: x</p><p>{END}</p><p>After</p>");
        let changed = splice(&edited, &details(MAIL)).unwrap();
        let block = block_of(MAIL, "<br>");
        assert_eq!(changed, format!("<p>Before</p><p>{block}</p><p>After</p>"));
        let gone = splice(&changed, &Details::default()).unwrap();
        assert_eq!(gone, "<p>Before</p><p></p><p>After</p>");
    }

    #[test]
    fn values_cannot_become_markup() {
        let odd = details("o'neil&co@northwind.example");
        let written = splice("<p>x</p>", &odd).unwrap();
        assert!(
            written.contains("E-mail: o'neil&amp;co@northwind.example<br>"),
            "{written}"
        );
    }

    #[test]
    fn a_block_that_is_not_whole_is_refused_with_the_remedy_and_without_the_notes() {
        let whole = block_of(MAIL, "\n");
        for notes in [
            format!("canary {BEGIN}"),
            format!("{END} canary"),
            format!("{END}canary{BEGIN}"),
            format!("{whole}canary{whole}"),
            format!("{BEGIN}{whole}"),
            format!("{whole}{END}"),
        ] {
            for details in [details(MAIL), Details::default()] {
                let refused = splice(&notes, &details).unwrap_err();
                assert_eq!(refused, NotesRefused::Broken, "{notes}");
                let told = refused.to_string();
                assert!(told.contains("confirm the entry again") && !told.contains("canary"));
            }
        }
    }

    #[test]
    fn notes_that_would_get_too_long_are_refused_and_get_shorter_all_the_same() {
        let block = format!("\n{}", block_of(MAIL, "\n"));
        let most = "x".repeat(NOTES_BYTES_MAX - block.len());
        let written = splice(&most, &details(MAIL)).unwrap();
        assert_eq!(written.len(), NOTES_BYTES_MAX);
        let more = format!("{most}x");
        let refused = splice(&more, &details(MAIL)).unwrap_err();
        assert_eq!(refused, NotesRefused::TooLong);
        assert!(refused.to_string().contains(&NOTES_BYTES_MAX.to_string()));
        let long = format!("{}{block}", "x".repeat(NOTES_BYTES_MAX));
        assert_eq!(
            splice(&long, &details("a@b.example")).unwrap().len(),
            long.len() - 10
        );
        assert!(splice(&long, &Details::default()).is_ok());
    }

    /// Notes as people and editors write them, with pieces of ours among them.
    fn some_notes() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "\\PC{0,12}",
            2 => proptest::sample::select(&["\n", "<br>", "<p>", "</p>", "<", ">", "&amp;", "---"][..])
                .prop_map(str::to_owned),
            1 => proptest::sample::select(&[BEGIN, END][..]).prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 1024,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn b29_written_and_taken_out_is_as_before_and_twice_is_once(notes in some_notes()) {
            let (first, second) = (details(MAIL), details("bo@northwind.example"));
            let Ok(once) = splice(&notes, &first) else {
                return Ok(());
            };
            prop_assert_eq!(&splice(&once, &first).unwrap(), &once);
            let other = splice(&once, &second).unwrap();
            prop_assert_eq!(&other, &splice(&notes, &second).unwrap());
            prop_assert_eq!(&splice(&other, &first).unwrap(), &once);
            let gone = splice(&once, &Details::default()).unwrap();
            if notes.contains(BEGIN) {
                prop_assert_eq!(&gone, &splice(&notes, &Details::default()).unwrap());
            } else {
                prop_assert_eq!(&gone, &notes);
            }
            prop_assert_eq!(&splice(&gone, &Details::default()).unwrap(), &gone);
        }
    }
}
