//! Custom fields that are lists to choose from, where an MSP made one of a name that is ours. Pure.

use domain::push::custom::{CustomField, TYPE_MAPPING, parse_flag};

/// Is a list of these items as good as the field of ours that it is called after? The type is read as
/// whatever it says, and yes and no are written where there is an item for either. No list has an item
/// for a PIN or an id: such a field counts as missing (B153), which costs the rest nothing.
pub(crate) fn fits<'a>(name: &str, items: impl Iterator<Item = &'a str>) -> bool {
    if name == TYPE_MAPPING {
        return true;
    }
    let flags: Vec<bool> = items.filter_map(parse_flag).collect();
    let has_both = flags.contains(&true) && flags.contains(&false);
    name == CustomField::IsOffice365.name() && has_both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_the_field_it_is_called_after_if_it_takes_what_is_written() {
        for (name, items, expected) in [
            ("IsOffice365", vec!["Yes", "No"], true),
            ("IsOffice365", vec!["True", "False", "Unknown"], true),
            ("IsOffice365", vec!["Yes"], false),
            ("IsOffice365", vec!["Gold", "Silver"], false),
            ("TypeMapping", vec!["VIP"], true),
            ("SupportPIN", vec!["Yes", "No"], false),
            ("Office365Id", vec![], false),
        ] {
            assert_eq!(
                fits(name, items.iter().copied()),
                expected,
                "{name} {items:?}"
            );
        }
    }
}
