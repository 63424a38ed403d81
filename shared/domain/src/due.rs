//! Which customers are due? A pure function of when a customer was added, its interval, its id and
//! the time of the last tick: nothing is written per customer to keep a schedule, and a tick that
//! was missed is made good by the next.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::customer::Customer;

/// Is a customer due in the time after `since`, up to and with `until`? It is due at once when it
/// was just added (B18), and then once every interval (D1). Where in the interval depends on its
/// id, so that the customers of an MSP are spread over it and not all due in one minute.
pub fn is_due(
    customer: &Customer,
    added_at: Timestamp,
    since: Timestamp,
    until: Timestamp,
) -> bool {
    if customer.paused || until < added_at {
        return false;
    }
    if added_at > since {
        return true;
    }
    slot(customer, added_at, until) > slot(customer, added_at, since)
}

/// How many turns the customer had by then.
fn slot(customer: &Customer, added_at: Timestamp, at: Timestamp) -> i64 {
    let interval = customer.interval().as_secs().max(1);
    let elapsed = at.duration_since(added_at) - offset(customer, interval);
    elapsed.as_secs().div_euclid(interval)
}

fn offset(customer: &Customer, interval_seconds: i64) -> SignedDuration {
    let digest = Sha256::digest(customer.id.as_str().as_bytes());
    let number = digest
        .iter()
        .take(7)
        .fold(0_i64, |sum, byte| sum * 256 + i64::from(*byte));
    SignedDuration::from_secs(number.rem_euclid(interval_seconds))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::CustomerId;
    use crate::identity::Source;

    fn customer(id: &str, minutes: i64) -> Customer {
        Customer {
            id: CustomerId::parse(id).unwrap(),
            name: id.to_owned(),
            microsoft_tenant_id: None,
            psa_company_id: None,
            psa_site_id: None,
            docs_organization_id: None,
            docs_configuration_id: None,
            sources: vec![Source::Microsoft365],
            interval_minutes: Some(minutes),
            licensed_only: None,
            paused: false,
            policies: Vec::new(),
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    #[test]
    fn b18_a_customer_that_was_just_added_is_due_at_once() {
        let customer = customer("northwind", 180);
        assert!(is_due(&customer, at(100), at(0), at(300)));
        assert!(
            !is_due(&customer, at(400), at(0), at(300)),
            "not before it is added"
        );
    }

    #[test]
    fn b81_a_paused_customer_is_not_due() {
        let paused = Customer {
            paused: true,
            ..customer("northwind", 15)
        };
        assert!(!is_due(&paused, at(0), at(0), at(86_400)));
    }

    #[test]
    fn customers_are_spread_over_the_interval() {
        let due_in_first_hour = (0..300)
            .filter(|i| is_due(&customer(&format!("c{i}"), 180), at(0), at(0), at(3_600)))
            .count();
        assert!(
            (70..130).contains(&due_in_first_hour),
            "{due_in_first_hour} of 300"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn b17_b20_d1_due_once_per_interval_however_the_ticks_fall(
            minutes in 15..1_440_i64,
            id in "[a-z]{1,8}",
            ticks in prop::collection::vec(1..600_i64, 1..400),
        ) {
            let customer = customer(&id, minutes);
            let (mut since, mut turns, mut last) = (0, 0, None);
            for tick in ticks {
                let until = since + tick;
                if is_due(&customer, at(0), at(since), at(until)) {
                    turns += 1;
                    if let Some(last) = last {
                        // Two turns are an interval apart, give or take the ticks that saw them.
                        let between: i64 = until - last;
                        prop_assert!(between <= minutes * 60 + 1_200 && between >= minutes * 60 - 1_200);
                    }
                    last = Some(until);
                }
                since = until;
            }
            let expected = since / (minutes * 60);
            prop_assert!((expected..=expected + 1).contains(&turns), "{turns} for {expected}");
        }
    }
}
