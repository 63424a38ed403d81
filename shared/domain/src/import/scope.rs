//! Is this record imported at all? Every "no" has a reason that can be shown.

use std::collections::BTreeMap;

use crate::fields::Attribute;
use crate::identity::{Identity, IdentityKind, Source};
use crate::policy::Scope;
use crate::policy::scope::WithoutNames;

/// Why a record is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// The system's own.
    System,
    /// A guest (D17).
    Guest,
    /// A shared mailbox (D17).
    SharedMailbox,
    /// A room or equipment (D17).
    Resource,
    /// No licence that counts (B106, B173 to B175, D9).
    Unlicensed,
    /// Neither first nor last name, or not both (B176, B177).
    WithoutNames,
    /// Disabled when first seen.
    Disabled,
    /// Fits a pattern of the policy.
    Pattern,
}

/// Why the record is left out; `None` where it is imported.
pub fn left_out(
    identity: &Identity,
    scope: &Scope,
    licensed_only: bool,
    part_numbers: &BTreeMap<String, String>,
) -> Option<LeftOut> {
    let by_kind = match identity.kind {
        IdentityKind::System => Some(LeftOut::System),
        IdentityKind::Guest if !scope.guests => Some(LeftOut::Guest),
        IdentityKind::SharedMailbox if !scope.shared_mailboxes => Some(LeftOut::SharedMailbox),
        IdentityKind::Resource if !scope.resources => Some(LeftOut::Resource),
        IdentityKind::User
        | IdentityKind::Guest
        | IdentityKind::SharedMailbox
        | IdentityKind::Resource => None,
    };
    // Mailboxes and rooms that a policy asks for have no licence by nature.
    let needs_licence = licensed_only
        && identity.key.source == Source::Microsoft365
        && matches!(identity.kind, IdentityKind::User | IdentityKind::Guest);
    by_kind
        .or_else(|| {
            (needs_licence && !is_licensed(identity, scope, part_numbers))
                .then_some(LeftOut::Unlicensed)
        })
        .or_else(|| lacks_names(identity, scope.without_names).then_some(LeftOut::WithoutNames))
        .or_else(|| fits_a_pattern(identity, &scope.excluded_patterns).then_some(LeftOut::Pattern))
        .or_else(|| (!scope.disabled && !identity.enabled).then_some(LeftOut::Disabled))
}

/// Has it a licence that is not excluded by SKU id or part number (B173, B175)?
fn is_licensed(
    identity: &Identity,
    scope: &Scope,
    part_numbers: &BTreeMap<String, String>,
) -> bool {
    identity.licences.iter().any(|sku| {
        let part = part_numbers.get(sku);
        !scope.excluded_skus.iter().any(|excluded| {
            excluded.eq_ignore_ascii_case(sku)
                || part.is_some_and(|part| excluded.eq_ignore_ascii_case(part))
        })
    })
}

fn lacks_names(identity: &Identity, rule: WithoutNames) -> bool {
    // A local account has no such names by nature (B7, B8).
    if identity.key.source == Source::LocalWindows {
        return false;
    }
    let given = identity.fields.get(Attribute::GivenName).is_some();
    let surname = identity.fields.get(Attribute::Surname).is_some();
    match rule {
        WithoutNames::Import => false,
        WithoutNames::IgnoreBothMissing => !given && !surname,
        WithoutNames::IgnoreEitherMissing => !given || !surname,
    }
}

fn fits_a_pattern(identity: &Identity, patterns: &[String]) -> bool {
    let texts = [
        identity.fields.get(Attribute::Username),
        identity.sam_account_name.as_deref(),
        identity.fields.get(Attribute::Email),
    ];
    texts
        .into_iter()
        .flatten()
        .any(|text| patterns.iter().any(|pattern| fits(pattern, text)))
}

/// Does a text fit a pattern? `*` stands for any text, `?` for one character; case does not count.
pub fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    // One row per character of the text: which prefixes of the pattern fit what was read so far.
    let mut row = vec![false; pattern.len() + 1];
    start_row(&pattern, &mut row);
    for c in text {
        let mut next = vec![false; pattern.len() + 1];
        for (at, wanted) in pattern.iter().enumerate() {
            let before = row.get(at).copied().unwrap_or(false);
            let above = row.get(at + 1).copied().unwrap_or(false);
            let left = next.get(at).copied().unwrap_or(false);
            let fits = match wanted {
                '*' => left || above,
                '?' => before,
                wanted => before && *wanted == c,
            };
            if let Some(place) = next.get_mut(at + 1) {
                *place = fits;
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or(false)
}

fn start_row(pattern: &[char], row: &mut [bool]) {
    let mut fits = true;
    for (at, place) in row.iter_mut().enumerate() {
        if at > 0 {
            fits = fits && pattern.get(at - 1) == Some(&'*');
        }
        *place = fits;
    }
}
