//! What every connector of a documentation system must do, each against its vendor's simulator.
//!
//! Read [`vendor`] first: what a vendor gives. [`docs_contract!`] lists the cases; they are in `reads`,
//! `pages`, `writes`, `notes`, `faults` and `trust`, each for whichever vendor it is given. A vendor's file is
//! its [`vendor::Simulated`], `docs_contract!(Itself);`, and whatever is its own alone.

mod bench;
mod faults;
mod notes;
mod pages;
mod reads;
mod trust;
mod vendor;
mod writes;

/// Makes one test of each case, by the name of the case, for a vendor. The only list of cases: one
/// that is left out is code that nobody calls, which the compiler tells.
macro_rules! docs_contract {
    ($vendor:ty) => {
        docs_contract! { @each $vendor =>
            reads {
                b198_a_check_says_yes_or_what_is_missing_with_the_remedy
                organizations_come_with_their_state
                entries_come_as_they_are_with_archived_and_embedded_ones
                an_organization_that_is_gone_is_no_empty_one
                an_entry_that_is_not_there_is_none
                categories_are_listed_or_free
                an_entry_without_a_category_has_none_and_one_of_another_case_its_own
                entries_that_nobody_documented_are_survived
                operations_of_documentation_cost_what_the_vendor_says
                what_is_said_of_entries_follows_the_description_of_the_vendor
            }
            pages {
                entries_come_over_three_pages_each_once
                a_smaller_page_of_entries_than_asked_for_leaves_none_out
                a_page_of_entries_that_repeats_is_an_error
            }
            writes {
                an_entry_that_is_made_reads_back_equal_and_holds_no_password
                an_answer_lost_after_the_create_makes_no_second_entry
                a_create_that_did_not_happen_is_not_called_made
                a_category_that_a_person_confirmed_is_set_and_all_else_is_kept
                a_renamed_account_renames_the_entry_and_all_else_is_kept
                a_change_of_nothing_sends_nothing
                a_category_that_is_missing_is_refused_unless_they_are_free
                what_an_entry_cannot_hold_is_refused_with_the_fields_name
                an_entry_that_is_gone_is_not_made_by_a_change
                an_entry_is_not_made_in_an_organization_that_is_gone
            }
            notes {
                b29_details_come_to_the_notes_and_go_and_all_else_is_kept
                b29_one_read_and_one_write_of_the_notes_alone_tell_the_details
                notes_that_cannot_be_spliced_are_refused_and_kept
                no_error_and_no_debug_tells_notes
                b197_an_entry_is_made_embedded_where_the_customer_says_so
                b197_the_home_of_entries_is_looked_for_once_and_refused_where_it_is_not_there
            }
            faults {
                a_pause_that_documentation_asks_for_is_kept_and_the_call_repeated
                a_refusal_without_a_pause_teaches_the_rate
                a_wrong_key_waits_for_a_person
                a_right_to_passwords_that_is_missing_is_named_and_waits_for_a_person
                a_read_of_entries_is_repeated_after_a_fault_and_a_write_never_is
                a_page_instead_of_entries_is_told_with_the_address_to_correct
                a_documentation_host_that_is_not_there_is_tried_again
                a_refusal_of_an_entry_in_the_vendors_words_names_nobody
            }
            trust {
                no_entry_no_error_and_no_debug_tells_a_secret
                no_log_of_documentation_tells_a_secret
                no_value_is_ever_asked_for_or_changed
            }
        }
    };
    (@each $vendor:ty => $($module:ident { $($case:ident)+ })+) => {$($(
        #[tokio::test]
        async fn $case() {
            crate::contract::docs::$module::$case::<$vendor>().await;
        }
    )+)+};
}

// After the macro, which they use.
mod hudu;
mod it_glue;

/// A documentation system without a file here would be held to nothing.
#[test]
fn every_documentation_system_is_held_to_the_contract() {
    for kind in connectors::docs::DocsKind::ALL {
        let file = format!("{}.rs", kind.as_str().replace('-', "_"));
        let path = crate::tidy::root()
            .join("tests/system/contract/docs")
            .join(&file);
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().any(|line| line.starts_with("docs_contract!("));
        assert!(line, "{file} has no line docs_contract!(..);");
    }
}
