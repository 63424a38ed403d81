//! Is this record imported at all? Every "no" has a reason that can be shown.

use std::collections::BTreeMap;
use std::str::Chars;

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
/// Nothing is copied: every pattern of a policy is held against every record.
pub fn fits(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Behind the last star, and where the text went on when it was met.
    let mut star: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let (mut pattern_after, mut text_after) = (pattern.clone(), text.clone());
        let fits = match (pattern_after.next(), text_after.next()) {
            (Some('*'), _) => {
                star = Some((pattern_after.clone(), text.clone()));
                text_after = text;
                true
            }
            (None, None) => return true,
            (Some(wanted), Some(c)) => wanted == '?' || is_same(wanted, c),
            (Some(_), None) | (None, Some(_)) => false,
        };
        if fits {
            (pattern, text) = (pattern_after, text_after);
            continue;
        }
        // The last star takes one character more.
        let Some((behind, taken)) = &mut star else {
            return false;
        };
        if taken.next().is_none() {
            return false;
        }
        (pattern, text) = (behind.clone(), taken.clone());
    }
}

fn is_same(one: char, other: char) -> bool {
    one == other || one.to_lowercase().eq(other.to_lowercase())
}
