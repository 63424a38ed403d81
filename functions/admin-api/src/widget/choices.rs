//! The accounts that wait for a choice, as HTML: of a contact, and of an entry.

use domain::limits::CANDIDATES_MAX;
use serde_json::{Value, json};

use super::context::Look;
use super::html::Html;
use super::page::{Accounts, Disputed, EntryRow, MoreAccounts, Page, Undecided, Who};

/// The accounts whose contact is to be chosen.
pub(super) fn contacts(html: &mut Html, page: &Page, look: &Look) {
    html.raw("<h3>Accounts that more than one contact fits</h3>");
    let head = "<table><tr><th>Customer</th><th>Account</th><th>Contacts</th></tr>";
    table(html, head, &page.contacts, |html, row| {
        disputed(html, row, look);
    });
    more(html, &page.contacts, look, page.counts.matches, &CONTACTS);
}

/// The accounts whose entry is to be chosen or confirmed.
pub(super) fn entries(html: &mut Html, page: &Page, look: &Look) {
    html.raw("<h3>Accounts whose entry is to be chosen or confirmed</h3>");
    let head = "<table><tr><th>Customer</th><th>Account</th>\
                <th>Entries of the documentation system</th></tr>";
    table(html, head, &page.entries, |html, row| {
        undecided(html, row, look);
    });
    more(html, &page.entries, look, page.counts.entries, &ENTRIES);
}

/// How a list goes on.
struct Next {
    customers: fn(&str) -> Value,
    accounts: fn(&MoreAccounts) -> Value,
}

const CONTACTS: Next = Next {
    customers: |cursor| json!({ "matches": cursor }),
    accounts: |more| json!({ "customer": more.customer, "after": more.after }),
};

const ENTRIES: Next = Next {
    customers: |cursor| json!({ "entries": cursor }),
    accounts: |more| json!({ "entries_of": more.customer, "after": more.after }),
};

fn table<T>(
    html: &mut Html,
    head: &'static str,
    accounts: &Accounts<T>,
    row: impl Fn(&mut Html, &T),
) {
    if accounts.rows.is_empty() {
        html.raw("<p class=\"faint\">None.</p>");
        return;
    }
    html.raw(head);
    accounts.rows.iter().for_each(|one| row(html, one));
    html.raw("</table>");
}

fn more<T>(html: &mut Html, accounts: &Accounts<T>, look: &Look, count: u64, next: &Next) {
    for more in &accounts.more_accounts {
        html.raw("<p>").text(more.customer.as_str()).raw(": ");
        html.number(more.count).raw(" in all");
        if more.after.is_some() {
            let asked = (next.accounts)(more);
            html.raw(" ")
                .button("More accounts", &look.widget, &asked, None);
        } else {
            html.raw("; the others are named once these are decided");
        }
        html.raw("</p>");
    }
    if let Some(cursor) = &accounts.more_customers {
        html.raw("<p>").number(count);
        html.raw(" accounts of all customers ")
            .button(
                "More customers",
                &look.widget,
                &(next.customers)(cursor),
                None,
            )
            .raw("</p>");
    }
}

fn account(html: &mut Html, who: &Who) {
    html.raw("<tr><td>").text(who.customer.as_str());
    html.raw("</td><td>");
    match &who.name {
        Some(name) => html.text(name),
        None => html.raw("<span class=\"faint\">without a name</span>"),
    };
    html.raw("<br><span class=\"faint\">")
        .text(who.account.as_str());
    html.raw("</span></td><td><ul>");
}

/// The end of an account's row, and whether there may be more candidates than were kept.
fn end(html: &mut Html, candidates: usize) {
    if candidates >= CANDIDATES_MAX {
        html.raw("<li class=\"faint\">There may be more.</li>");
    }
    html.raw("</ul></td></tr>");
}

fn disputed(html: &mut Html, disputed: &Disputed, look: &Look) {
    let who = &disputed.who;
    account(html, who);
    for candidate in &disputed.candidates {
        html.raw("<li>");
        if let Some(function) = &look.decide {
            let asked = json!({
                "action": "choose", "customer": who.customer, "account": who.account,
                "contact": candidate.contact,
            });
            let sure = format!(
                "Link {} to contact {}? No rule undoes it.",
                who.account, candidate.contact
            );
            html.button("Choose", function, &asked, Some(&sure));
        }
        html.raw("contact ").text(candidate.contact.as_str());
        html.raw(" <span class=\"faint\">by ").raw(candidate.rule);
        html.raw("</span></li>");
    }
    end(html, disputed.candidates.len());
}

fn undecided(html: &mut Html, undecided: &Undecided, look: &Look) {
    account(html, &undecided.who);
    let [as_it_is, filled_in] = if undecided.is_one_in_doubt {
        ["Confirm", "Confirm, fill category in"]
    } else {
        ["Choose", "Choose, fill category in"]
    };
    for entry in &undecided.candidates {
        html.raw("<li>");
        if entry.lacks_category {
            decide(html, &undecided.who, entry, look, filled_in, true);
        }
        decide(html, &undecided.who, entry, look, as_it_is, false);
        html.raw("entry ").text(entry.entry.as_str());
        html.raw(" <span class=\"faint\">").text(&entry.why_not);
        html.raw("</span></li>");
    }
    end(html, undecided.candidates.len());
}

/// The button that links an account to an entry.
fn decide(
    html: &mut Html,
    who: &Who,
    entry: &EntryRow,
    look: &Look,
    label: &'static str,
    fills_category: bool,
) {
    let Some(function) = &look.decide else {
        return;
    };
    let asked = json!({
        "action": "choose-entry", "customer": who.customer, "account": who.account,
        "entry": entry.entry, "fill_category": fills_category,
    });
    let filled = if fills_category {
        ", and fill in its category"
    } else {
        ""
    };
    let sure = format!(
        "Link {} to entry {}{filled}? No rule undoes it.",
        who.account, entry.entry
    );
    html.button(label, function, &asked, Some(&sure));
}
