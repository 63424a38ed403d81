//! What PSAs ask for of a person who is made, where several of them ask for the same. Pure.

use std::collections::BTreeSet;

use domain::fields::{Attribute, Fields};
use domain::push::contact::NewContact;

/// A name, and the field of ours that it comes from.
pub(crate) type Name = (&'static str, String);

/// What stands for a last name that there is none of, where a PSA asks for one.
pub(crate) const NO_NAME: &str = "-";

/// The name in one text: what people call the person, else the names, else what it signs in with,
/// else its address. `None` where there is nothing.
pub(crate) fn whole_name(fields: &Fields) -> Option<String> {
    let names: Vec<&str> = [Attribute::GivenName, Attribute::Surname]
        .into_iter()
        .filter_map(|attribute| filled(fields, attribute))
        .collect();
    [
        fields.display_name.clone(),
        Some(names.join(" ")),
        fields.username.clone(),
        fields.email.clone(),
    ]
    .into_iter()
    .flatten()
    .find(|name| !name.trim().is_empty())
}

/// First and last name: the person's own, else what it is called in two parts, with [`NO_NAME`] for
/// what there is none of. `None` where there is no name of any kind.
pub(crate) fn two_names(fields: &Fields) -> Option<(Name, Name)> {
    let named = |field: Attribute, text: &str| (field.as_str(), text.to_owned());
    let (given, surname) = (
        filled(fields, Attribute::GivenName),
        filled(fields, Attribute::Surname),
    );
    if let (Some(given), Some(surname)) = (given, surname) {
        let first = named(Attribute::GivenName, given);
        return Some((first, named(Attribute::Surname, surname)));
    }
    let shown = Attribute::DisplayName;
    let parts = filled(fields, shown).and_then(|name| name.rsplit_once(char::is_whitespace));
    if let Some((first, last)) = parts {
        return Some((named(shown, first.trim_end()), named(shown, last)));
    }
    let only = [
        Attribute::GivenName,
        Attribute::Surname,
        shown,
        Attribute::Username,
        Attribute::Email,
    ];
    let first = only
        .into_iter()
        .find_map(|attribute| Some(named(attribute, filled(fields, attribute)?)))?;
    Some((first, named(Attribute::Surname, NO_NAME)))
}

/// The addresses besides the main one, each once.
pub(crate) fn other_addresses(new: &NewContact) -> impl Iterator<Item = &str> {
    let mut seen: BTreeSet<String> = new.fields.email.iter().map(|e| e.to_lowercase()).collect();
    new.alternate_emails
        .iter()
        .map(String::as_str)
        .filter(move |address| !address.trim().is_empty() && seen.insert(address.to_lowercase()))
}

/// A value without blanks around it, where there is one.
pub(crate) fn filled(fields: &Fields, attribute: Attribute) -> Option<&str> {
    let text = fields.get(attribute)?.trim();
    (!text.is_empty()).then_some(text)
}
