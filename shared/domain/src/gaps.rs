//! What a PSA cannot do. Its connector says so, planning leaves it out, people are shown it (B180, D6).

use crate::fields::Attribute;

/// What a vendor cannot do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Attributes that its contacts lack. Never put into a [`ContactChange`](crate::push::contact::ContactChange) to update one.
    pub attributes: Vec<Attribute>,
    /// Attributes without which it takes no contact: never cleared.
    pub needed_attributes: Vec<Attribute>,
    /// How many addresses a contact has besides its main one.
    pub alternate_emails_max: usize,
    /// Its contacts have no place for an Entra object id.
    pub no_external_id: bool,
    /// Rows of its lists may lack alternate addresses, the external id and custom fields; a contact
    /// read in full has them.
    pub thin_lists: bool,
    /// Its deliveries have no signature, and prove their origin by shared secrets alone.
    pub unsigned_deliveries: bool,
    /// Nothing in it tells a repeated create from a second one: look before each create.
    pub no_create_once: bool,
    /// It sends nothing by itself when a contact changes: changes are asked for, or seen at the next
    /// listing.
    pub no_deliveries: bool,
    /// It is not asked which contacts changed since the last look: it cannot tell, or its deliveries are
    /// quicker.
    pub no_changes_since: bool,
    /// A contact cannot be put out of use, nor back (B150).
    pub no_active_status: bool,
    /// Contacts have no custom fields, or none that can be written (B151 to B155).
    pub no_custom_fields: bool,
    /// Nothing tells the type of a contact (B141).
    pub no_types: bool,
    /// A company has no place for the tenant's id, or none that can be written (B161).
    pub no_company_fields: bool,
    /// A company's territory and account manager are not taken over (B145).
    pub no_territory: bool,
    /// Names of contacts cannot be left as the PSA has them while all else is written (B163).
    pub no_kept_names: bool,
}
