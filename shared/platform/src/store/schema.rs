//! The table as data: what the infrastructure declares, and what a local start creates.

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};

use super::Store;
use super::call::limited;
use super::error::{StoreError, judge};
use super::keys::{PK, SK};

/// The attribute with the time after which an item may be dropped, in seconds since 1970.
/// DynamoDB drops it within some days; whoever reads such an item looks at the time.
pub const EXPIRES: &str = "expires";

/// The attributes of the key: name and which part it is. Both are strings. There is no index.
pub const KEY: [(&str, KeyType); 2] = [(PK, KeyType::Hash), (SK, KeyType::Range)];

impl Store {
    /// Creates the table where it is missing: for the local program and for tests. In AWS the
    /// infrastructure does it.
    ///
    /// # Errors
    /// `Unavailable` where the table cannot be reached, `Refused` where it will not be created.
    pub async fn create_table_if_missing(&self) -> Result<(), StoreError> {
        let mut request = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, part) in KEY {
            let attribute = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build();
            let element = KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(part)
                .build();
            request = request
                .attribute_definitions(attribute.expect("name and type are set"))
                .key_schema(element.expect("name and type are set"));
        }
        match limited(request.send()).await? {
            Ok(_) => {}
            Err(error) => match error.as_service_error() {
                Some(CreateTableError::ResourceInUseException(_)) => return Ok(()),
                _ => return Err(judge(&error)),
            },
        }
        let expiry = TimeToLiveSpecification::builder()
            .enabled(true)
            .attribute_name(EXPIRES)
            .build();
        let request = self
            .client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(expiry.expect("both are set"));
        limited(request.send())
            .await?
            .map(drop)
            .map_err(|error| judge(&error))
    }
}
