//! What Halo says when it does not do what it was asked: which field it speaks of, and the sentence
//! in which it tells its rate. Pure.

use std::time::Duration;

use super::write::field_named_in;
use crate::psa::masking;

/// The message in an error body, fit for people and logs. `sent` are the texts of the write.
pub(super) fn message(body: &[u8], sent: &[String]) -> String {
    masking::message(body, sent, |word| field_named_in(word).is_some())
}

/// Which of our fields an error body speaks of.
pub(super) fn field(body: &[u8]) -> Option<&'static str> {
    field_named_in(&masking::said(body))
}

/// A rate that Halo told: so many requests in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    /// How many.
    pub(super) requests: u32,
    /// In which time.
    pub(super) window: Duration,
}

/// The rate in the text of a refusal, as in "Rate Limit Reached - 300 Requests per rolling 5
/// minute window". `None` where it tells none.
pub(super) fn rate(body: &[u8]) -> Option<Rate> {
    let text = masking::said(body).to_ascii_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let (at, requests) = words
        .windows(2)
        .enumerate()
        .find_map(|(at, pair)| match pair {
            [number, noun] if noun.starts_with("request") || noun.starts_with("call") => {
                Some((at, number.parse::<u32>().ok()?))
            }
            _ => None,
        })?;
    let mut count = 1;
    let window = words.iter().skip(at + 2).find_map(|word| {
        if let Ok(number) = word.parse::<u32>() {
            count = number;
            return None;
        }
        unit(word).map(|unit| unit * count)
    })?;
    (requests > 0 && !window.is_zero()).then_some(Rate { requests, window })
}

fn unit(word: &str) -> Option<Duration> {
    let seconds = match word {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 24 * 3600,
        _ => return None,
    };
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_the_text() {
        for (text, requests, seconds) in [
            (
                "Rate Limit Reached - 300 Requests per rolling 5 minute window",
                300,
                300,
            ),
            (
                "\"Rate Limit Reached - 500 Requests per rolling 3 minute window\"",
                500,
                180,
            ),
            (r#"{"message":"700 requests per 5 minutes"}"#, 700, 300),
            ("API limit of 60 calls per minute", 60, 60),
            ("10 requests per second exceeded", 10, 1),
            ("Limit: 1000 requests/1h", 0, 0),
            ("1000 requests / 1 hour", 1000, 3600),
            ("Too many requests", 0, 0),
            ("0 requests per minute", 0, 0),
            ("300 requests", 0, 0),
            ("", 0, 0),
        ] {
            let expected = (requests > 0).then_some(Rate {
                requests,
                window: Duration::from_secs(seconds),
            });
            assert_eq!(rate(text.as_bytes()), expected, "{text}");
        }
    }
}
