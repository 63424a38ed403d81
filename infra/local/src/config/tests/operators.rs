//! What is wrong with operators and their secrets.

use super::{WHOLE, assert_problems, read};

#[test]
fn secrets_come_from_the_environment_and_are_never_told() {
    let operator = |more: &str| format!("[[operators]]\nrole = \"super\"\n{more}\n");
    assert_problems(&[
        (
            operator("token_env = \"ABSENT\""),
            &["3: operators[1].token_env: the environment variable ABSENT is not set"],
        ),
        (
            operator("token_env = \"EMPTY\""),
            &["3: operators[1].token_env: the environment variable"],
        ),
        (
            operator("token_env = \"hush-hush\""),
            &["3: operators[1].token_env: the environment variable of that name is not set"],
        ),
        (
            operator("token = \"hush\"\ntoken_env = \"GRAPH_SECRET\""),
            &["4: operators[1].token_env: token is given too; keep one of the two"],
        ),
        (
            operator("token = \"hush\"") + &operator("token = \"hush\""),
            &["6: operators[2].token: the operator in line 1 has this token"],
        ),
        (
            "[[operators]]\ntoken = \"hush\"\nrole = \"boss\"\n".to_owned(),
            &["3: operators[1].role: expected one of \"super\""],
        ),
        (
            "[[operators]]\ntoken = 12345\nrole = \"super\"\n".to_owned(),
            &["2: operators[1].token: expected a text (write it in quotes), found an integer"],
        ),
        // The parser's own words would quote the line.
        (
            "[graph]\nclient_secret = \"hush\" hush\n".to_owned(),
            &["2: is no valid TOML: "],
        ),
        (
            "client_secret = \"hush\n".to_owned(),
            &["1: is no valid TOML: "],
        ),
    ]);
    for text in [
        "[graph]\nclient_secret = \"hush\" hush\n",
        "[graph]\nclient_secret = hush\n",
        "[graph]\nclient_secret = \"hush\nclient_id = \"x\"\n",
        "[[operators]]\ntoken = \"hush\"\nrole = \"x\"\n[[operators]]\ntoken = \"hush\"\n",
    ] {
        let problems = read(text).unwrap_err();
        assert!(!format!("{problems:?}").contains("hush"), "{problems:#?}");
    }
    let debug = format!("{:?}", read(WHOLE).unwrap());
    assert!(!debug.contains("hush"), "{debug}");
}
