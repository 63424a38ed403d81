//! Pages as HTML: values in, text out. Names are hostile.

use admin_api::widget::{
    Accounts, ContactRow, Disputed, EntryRow, Failed, Look, Page, Theme, Undecided, Who, render,
};
use domain::id::{AccountId, ContactId, EntryId};
use jiff::Timestamp;

use super::{DECIDE, HOSTILE, WIDGET};
use crate::world::id;

fn look(theme: Theme) -> Look {
    Look {
        theme,
        widget: WIDGET.to_owned(),
        decide: Some(DECIDE.to_owned()),
    }
}

fn of_name(name: &str) -> String {
    let who = Who {
        customer: id("northwind"),
        account: AccountId::parse("acc_1").unwrap(),
        name: Some(name.to_owned()),
    };
    let disputed = Disputed {
        who: who.clone(),
        candidates: vec![ContactRow {
            contact: ContactId::parse("71").unwrap(),
            rule: "name",
        }],
    };
    let undecided = Undecided {
        who,
        is_one_in_doubt: true,
        candidates: vec![EntryRow {
            entry: EntryId::parse("9").unwrap(),
            why_not: name.to_owned(),
            lacks_category: true,
        }],
    };
    let page = Page {
        contacts: of_one(disputed),
        entries: of_one(undecided),
        failed: vec![Failed {
            customer: id("fabrikam"),
            since: Timestamp::UNIX_EPOCH,
            error: name.to_owned(),
        }],
        ..Page::default()
    };
    render(&page, &look(Theme::Light))
}

fn of_one<T>(row: T) -> Accounts<T> {
    Accounts {
        rows: vec![row],
        ..Accounts::default()
    }
}

#[test]
fn no_name_becomes_markup() {
    // What tags there are does not depend on the name.
    let tags = |html: &str| html.matches('<').count();
    let plain = tags(&of_name("Bo Ek"));
    for name in [
        HOSTILE,
        "</td></table></div><form action=//evil.example><cwdb-action action=\"call\">",
        "\" onmouseover=\"x()\" '",
        "</style><style>*{display:none}</style>",
        "&lt;b&gt; &#60;script&#62;",
        "</bdi><!--",
    ] {
        let html = of_name(name);
        assert_eq!(tags(&html), plain, "{name}");
        let quotes = |html: &str| html.matches(['"', '\'']).count();
        assert_eq!(quotes(&html), quotes(&of_name("Bo Ek")), "{name}");
    }
    assert!(of_name("&lt;").contains("&amp;lt;"));
}

#[test]
fn no_name_poses_as_another_part_of_the_page() {
    for hidden in [
        "\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}", "\0", "\n", "\u{1b}",
    ] {
        let html = of_name(&format!("a{hidden}b"));
        assert!(html.contains("a\u{fffd}b"), "{hidden:?}");
    }
    let html = of_name(&"é".repeat(5_000));
    assert!(html.contains(&format!("{}…", "é".repeat(300))));
    assert!(!html.contains(&"é".repeat(301)));
    // Writing from right to left is a name like any other.
    assert!(of_name("שלום עולם").contains("<bdi>שלום עולם</bdi>"));
}

#[test]
fn light_and_dark_are_the_dashboards_and_else_the_browsers() {
    for (theme, class) in [
        (Theme::Light, "class=\"muster muster-light\""),
        (Theme::Dark, "class=\"muster muster-dark\""),
        (Theme::Browser, "class=\"muster\""),
    ] {
        assert!(render(&Page::default(), &look(theme)).contains(class));
    }
}
