//! Sixteen bytes for an id, many in one value: how what a round saw and who is behind in the PSA is
//! kept at a unit per 64.

use domain::id::AccountId;

use super::attr::Malformed;

/// Bytes of one mark.
pub(crate) const MARK_BYTES: usize = 16;

/// The accounts' ids as marks, and those that have no such form.
pub(crate) fn split(accounts: &[AccountId]) -> (Vec<[u8; MARK_BYTES]>, Vec<String>) {
    let mut marks = Vec::new();
    let mut others = Vec::new();
    for account in accounts {
        match mark_of(account) {
            Some(mark) => marks.push(mark),
            None => others.push(account.to_string()),
        }
    }
    (marks, others)
}

/// The marks of a value.
pub(crate) fn marks_of(bytes: &[u8]) -> Result<Vec<[u8; MARK_BYTES]>, Malformed> {
    bytes
        .chunks(MARK_BYTES)
        .map(|mark| mark.try_into())
        .collect::<Result<_, _>>()
        .map_err(|_| Malformed("marks are cut off"))
}

/// The account of a mark.
pub(crate) fn account_of_mark(mark: &[u8; MARK_BYTES]) -> AccountId {
    AccountId::parse(format!("acc_{}", hex::encode(mark)))
        .expect("acc_ and hexadecimal digits are an id")
}

fn mark_of(account: &AccountId) -> Option<[u8; MARK_BYTES]> {
    let digits = account.as_str().strip_prefix("acc_")?;
    let mark: [u8; MARK_BYTES] = hex::decode(digits).ok()?.try_into().ok()?;
    (account_of_mark(&mark) == *account).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_as_they_were() {
        let usual = AccountId::parse(format!("acc_{}", "0a".repeat(16))).unwrap();
        let upper = AccountId::parse(format!("acc_{}", "0A".repeat(16))).unwrap();
        let other = AccountId::parse("somebody").unwrap();
        let (marks, others) = split(&[usual.clone(), upper.clone(), other.clone()]);
        assert_eq!(
            marks.iter().map(account_of_mark).collect::<Vec<_>>(),
            [usual]
        );
        assert_eq!(others, [upper.to_string(), other.to_string()]);
        assert!(marks_of(&[0; 17]).is_err());
    }
}
