//! What waits for a person, inside a CloudWatch dashboard: a custom widget that shows it, and the
//! function that its buttons call.
//!
//! CloudWatch calls the widget's Lambda function with the widget's parameters and a `widgetContext`,
//! and shows the HTML that it answers after taking scripts and frames out; `{"describe": true}` asks
//! for documentation instead. A `cwdb-action` makes the element before it a button that calls a
//! function with the JSON inside. (AWS, "Details about custom widgets in CloudWatch".)
//!
//! Who may decide is said by IAM: CloudWatch calls both functions with the rights of the person in
//! front of the dashboard, and [`decide`] is a function of its own, so that the right to invoke it
//! is the role. What is decided is recorded as done by the role `manager`. Whoever may only invoke
//! the widget sees, and can decide nothing.
//!
//! Invariants: everything shown goes through `html::Html`, for names come from directories of
//! customers; contacts are shown by id and rule, never by address or number, entries by id and
//! reason, never by user name; nothing that is shown is logged.

mod choices;
mod context;
mod decide;
mod gather;
mod html;
mod page;
mod question;
mod render;

pub use context::{Look, Theme};
pub use decide::decide;
pub use gather::show;
pub use page::{
    Accounts, ContactRow, Disputed, EntryRow, Failed, Held, MoreAccounts, Page, Section, Undecided,
    Who,
};
pub use render::render;

/// What the widget's documentation says, in Markdown.
const DOCUMENTATION: &str = "\
### What waits for a person

Runs that are held, customers whose run failed, accounts that more than one contact fits, and accounts
whose entry of the documentation system is to be chosen, or confirmed because something is in doubt.

- **Approve** lets the accounts of a held run go out of use.
- **Choose** links an account to a contact, or to an entry, for good.
- **Confirm** does the same with the one entry that is in doubt. Where its category is empty, it can be
  filled in with that: the category of the account's source, as automatic matching asks for.
- **Automatch**: every import seeks contacts and entries anew, by the same rules of names and
  categories. `POST /v1/customers/CUSTOMER/imports` asks for one now.

The buttons work for whoever may invoke the function `review-decide`. The widget needs no parameters.
";
