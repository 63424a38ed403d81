//! What every connector of a kind must do, each against its vendor's simulator.
//!
//! Read [`vendor`] first: what a vendor gives. [`contract!`] lists the cases; they are in `reads`,
//! `changes`, `pages`, `creates`, `writes`, `custom`, `faults`, `answers`, `trust`, `checks`, `edits` and `history`, each for
//! whichever vendor it is given. A vendor's file is its [`vendor::Simulated`], `contract!(Itself);`, and whatever is its
//! own alone. Documentation systems have a contract of their own, in `docs`.

mod answers;
mod bench;
mod changes;
mod checks;
mod creates;
mod custom;
mod docs;
mod edits;
mod faults;
mod history;
mod pages;
mod reads;
mod trust;
mod vendor;
mod writes;

/// Makes one test of each case, by the name of the case, for a vendor. The only list of cases: one
/// that is left out is code that nobody calls, which the compiler tells.
macro_rules! contract {
    ($vendor:ty) => {
        contract! { @each $vendor =>
            reads {
                a_check_says_yes_or_what_is_missing_with_the_remedy
                companies_come_with_their_state
                a_company_that_is_gone_is_no_empty_company
                an_empty_company_is_empty_but_not_for_want_of_rights
                thin_rows_leave_unknown_what_full_rows_tell
                a_search_finds_whole_addresses_of_one_company_in_use_or_not
                what_nobody_documented_is_survived
                operations_cost_what_the_vendor_says
                what_is_said_follows_the_description_of_the_vendor
            }
            changes {
                what_changed_is_told_once_or_nobody_is_asked_b25
                a_position_is_kept_as_text_and_anothers_begins_anew
            }
            pages {
                contacts_come_over_three_pages_with_those_out_of_use_and_those_that_are_no_persons
                a_smaller_page_than_asked_for_leaves_nobody_out
                a_page_that_repeats_is_an_error
            }
            creates {
                what_is_made_reads_back_equal
                a_person_who_is_looked_for_before_is_made_once
                an_answer_lost_after_the_write_makes_no_twin
                a_create_that_breaks_off_half_way_makes_no_twin
                as_many_addresses_are_kept_as_the_gaps_say
                the_external_id_is_kept_or_refused
            }
            writes {
                a_change_sends_what_changes_and_keeps_all_else
                the_main_address_changes_and_the_others_stay
                a_field_is_cleared_unless_the_vendor_needs_it
                a_contact_goes_out_of_use_and_comes_back_or_is_refused
                what_a_field_cannot_hold_is_refused_with_the_fields_name
                what_contacts_of_the_vendor_lack_is_refused
                a_contact_that_is_not_there_is_not_made_by_a_change
            }
            custom {
                custom_fields_are_written_and_read_or_there_are_none
                a_custom_field_that_the_msp_did_not_make_is_left_out
                a_custom_field_of_another_type_is_left_alone
                types_of_contacts_are_read_or_there_are_none
                the_id_of_the_tenant_is_written_once_or_there_is_no_field
            }
            faults {
                a_pause_that_is_asked_for_is_kept_and_the_call_repeated
                a_refusal_without_a_pause_is_waited_out_and_what_it_tells_is_kept
                a_refused_token_is_renewed_once_and_then_it_is_the_credentials
                wrong_credentials_wait_for_a_person
                a_right_that_is_missing_is_named_and_waits_for_a_person
                a_read_is_repeated_after_a_fault_and_a_write_never_is
            }
            answers {
                a_page_instead_of_data_is_told_with_the_address_to_correct
                a_host_that_is_not_there_is_tried_again
                a_refusal_in_the_vendors_words_names_no_person
            }
            trust {
                genuine_deliveries_name_their_contacts_or_there_are_none
                forged_deliveries_are_turned_away
                no_error_tells_a_secret_or_a_person
                no_log_tells_a_secret_or_a_person
            }
            checks {
                a_check_tells_what_is_wrong_before_anything_runs_d8_b153
            }
            edits {
                an_edit_goes_where_the_psa_is_shipped_with_b21_b23_b24
            }
            history {
                any_history_of_edits_comes_to_rest_b21_b25_b132
            }
        }
    };
    (@each $vendor:ty => $($module:ident { $($case:ident)+ })+) => {$($(
        #[tokio::test]
        async fn $case() {
            crate::contract::$module::$case::<$vendor>().await;
        }
    )+)+};
}

// After the macro, which they use.
mod autotask;
mod autotask_alone;
mod connectwise;
mod connectwise_alone;
mod halo;
mod halo_alone;
mod kaseya_bms;
mod kaseya_bms_alone;
mod syncro;
mod syncro_alone;

/// A PSA without a file here would be held to nothing.
#[test]
fn every_psa_is_held_to_the_contract() {
    for kind in connectors::psa::PsaKind::ALL {
        let file = format!("{}.rs", kind.as_str().replace('-', "_"));
        let path = crate::tidy::root()
            .join("tests/system/contract")
            .join(&file);
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().any(|line| line.starts_with("contract!("));
        assert!(line, "{file} has no line contract!(..);");
    }
}
