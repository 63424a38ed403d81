//! A page as HTML: values in, text out.

use jiff::Timestamp;
use serde_json::json;

use super::choices;
use super::context::Look;
use super::html::Html;
use super::page::{Failed, Held, Page, Section};

/// Colours are variables, so that light and dark differ in nothing else.
const STYLE: &str = "<style>\
.muster{--ink:#16191f;--ground:#fff;--line:#d5dbdb;--faint:#545b64;--act:#0b5fb0;--on-act:#fff;\
--warn:#8a3b00;color:var(--ink);background:var(--ground);padding:4px 10px;\
font:13px/1.5 system-ui,sans-serif}\
.muster-dark{--ink:#e9ebed;--ground:#161e2d;--line:#414d5c;--faint:#b0b8c1;--act:#6fb4ff;\
--on-act:#0b1a2b;--warn:#ffb68a}\
@media (prefers-color-scheme:dark){.muster:not(.muster-light){--ink:#e9ebed;--ground:#161e2d;\
--line:#414d5c;--faint:#b0b8c1;--act:#6fb4ff;--on-act:#0b1a2b;--warn:#ffb68a}}\
.muster h3{margin:10px 0 4px;font-size:14px;color:var(--ink)}\
.muster table{border-collapse:collapse;width:100%;background:none}\
.muster th,.muster td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;color:var(--ink);\
border-bottom:1px solid var(--line);background:none;min-width:6em;overflow-wrap:anywhere}\
.muster .wide{width:50%}.muster .short{white-space:nowrap;overflow-wrap:normal;min-width:0}\
.muster th,.muster .faint{color:var(--faint);font-weight:normal}\
.muster .warn{color:var(--warn)}\
.muster ul{margin:0;padding:0;list-style:none}.muster li{margin:0 0 4px}\
.muster .btn{display:inline-block;margin:0 8px 0 0;padding:1px 10px;white-space:nowrap;border:1px solid var(--act);\
border-radius:3px;color:var(--act);background:none;cursor:pointer;text-decoration:none}\
.muster .btn-primary{color:var(--on-act);background:var(--act)}\
</style>";

/// How candidates are sought anew (B126, B129).
const AUTOMATCH: &str = "<p class=\"faint\">Automatch: every import seeks contacts and entries anew. \
To have it done at once, as after a duplicate was deleted or a category was set, ask for one: \
<code>POST /v1/customers/CUSTOMER/imports</code>.</p>";

/// The page.
pub fn render(page: &Page, look: &Look) -> String {
    let mut html = begin(look);
    if look.decide.is_none() {
        html.raw(
            "<p class=\"warn\">Nothing can be decided here: MUSTER_DECIDE_FUNCTION names no \
             function for it.</p>",
        );
    }
    match &page.section {
        Section::All => {
            runs(&mut html, page, look);
            choices::contacts(&mut html, page, look);
            choices::entries(&mut html, page, look);
        }
        Section::Runs => runs(&mut html, page, look),
        Section::Contacts => choices::contacts(&mut html, page, look),
        Section::Entries => choices::entries(&mut html, page, look),
    }
    if page.section != Section::Runs {
        html.raw(AUTOMATCH);
    }
    if page.section != Section::All {
        html.raw("<p>")
            .button("Back to all", &look.widget, &json!({}), None)
            .raw("</p>");
    }
    html.raw("</div>");
    html.finish()
}

/// A short answer: what happened, or why nothing did.
pub(super) fn told(theme: super::Theme, text: &str) -> String {
    let mut html = begin(&Look {
        theme,
        ..Look::default()
    });
    html.raw("<p role=\"status\">")
        .every(text)
        .raw("</p></div>");
    html.finish()
}

fn begin(look: &Look) -> Html {
    let mut html = Html::default();
    // The console's own styles of tables and buttons would mix with ours.
    html.raw("<div class=\"cwdb-no-default-styles\"></div>");
    html.raw(STYLE).raw("<div class=\"");
    html.raw(look.theme.class()).raw("\">");
    html
}

fn runs(html: &mut Html, page: &Page, look: &Look) {
    html.raw("<h3>Held runs</h3>");
    if page.held.is_empty() {
        html.raw("<p class=\"faint\">None.</p>");
    } else {
        html.raw(
            "<table><tr><th>Customer</th><th>Since</th><th>Leaving</th><th>Why</th><th></th></tr>",
        );
        page.held.iter().for_each(|held| held_row(html, held, look));
        html.raw("</table>");
    }
    html.raw("<h3>Failed customers</h3>");
    if page.failed.is_empty() {
        html.raw("<p class=\"faint\">None.</p>");
    } else {
        html.raw("<table><tr><th>Customer</th><th>Since</th><th>What went wrong</th></tr>");
        page.failed
            .iter()
            .for_each(|failed| failed_row(html, failed));
        html.raw("</table>");
    }
    if let Some(cursor) = &page.more_runs {
        let asked = json!({ "runs": cursor });
        html.raw("<p>")
            .number(page.counts.held + page.counts.failed);
        html.raw(" customers in all ")
            .button("More runs", &look.widget, &asked, None)
            .raw("</p>");
    }
}

fn held_row(html: &mut Html, held: &Held, look: &Look) {
    html.raw("<tr><td>").text(held.customer.as_str());
    html.raw("</td><td class=\"short\">");
    since(html, held.since);
    html.raw("</td><td class=\"short\">").number(held.leaving);
    html.raw(" of ").number(held.active);
    html.raw("</td><td class=\"wide\">").text(&held.reason);
    html.raw("</td><td class=\"short\">");
    match &look.decide {
        _ if held.approved => {
            html.raw("<span class=\"faint\">Approved; its import is on the way.</span>");
        }
        Some(function) => {
            let asked = json!({ "action": "approve", "customer": held.customer, "run": held.run });
            let sure = format!(
                "Let {} of {} accounts of {} go out of use?",
                held.leaving, held.active, held.customer
            );
            html.button("Approve", function, &asked, Some(&sure));
        }
        None => {}
    }
    html.raw("</td></tr>");
}

fn failed_row(html: &mut Html, failed: &Failed) {
    html.raw("<tr><td>").text(failed.customer.as_str());
    html.raw("</td><td class=\"short\">");
    since(html, failed.since);
    html.raw("</td><td class=\"wide\">")
        .text(&failed.error)
        .raw("</td></tr>");
}

/// A time to the minute. Dashboards show people of several zones the same.
fn since(html: &mut Html, at: Timestamp) {
    html.every(&at.strftime("%Y-%m-%d %H:%M UTC").to_string());
}
