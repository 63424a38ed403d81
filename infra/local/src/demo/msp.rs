//! A small MSP to play with: a dozen customers, their people at Microsoft and on their networks, the
//! contacts and entries that PSA and documentation system have of them, and the configuration that says
//! what is wanted. Nobody here exists, and every start has the same people.

use std::collections::{BTreeMap, BTreeSet};

use connectors::docs::DocsKind;
use connectors::psa::PsaKind;
use domain::failure::Failure;
use domain::gaps::Gaps;
use domain::policy::Policy;
use domain::policy::support::unsupported;
use simulators::population::Population;
use simulators::{Graph, Options, graph};

use super::directory;
use super::docs::{self, Docs, Held};
use super::kept::{self, Case, Shelf};
use super::psa::{self, Psa};
use crate::config::Config;
use crate::local::LocalError;

/// An operator's token, for `--keep`.
pub(super) const OPERATOR_TOKEN: &str = "demo-only-operator-token";

/// A customer as the demo makes it.
struct Outline {
    id: &'static str,
    name: &'static str,
    /// Accounts in its tenant.
    people: usize,
    /// How many of the employees the PSA knows, 0 to 1.
    known: f64,
    /// The policy for its end users; without one the default.
    policy: Option<&'static str>,
    /// Customers with the same one share a company in the PSA, and an organization.
    company: &'static str,
}

const fn outline(id: &'static str, name: &'static str, people: usize, known: f64) -> Outline {
    Outline {
        id,
        name,
        people,
        known,
        policy: None,
        company: name,
    }
}

const HANDS_ON: Option<&str> = Some("Hands-on");
/// The customer on whom changes are shown.
pub(super) const SHOWN: &str = "harbour";
/// The customer that has an Active Directory besides.
pub(super) const HYBRID: &str = "northwind";
/// The customer that has Windows machines and nothing else.
pub(super) const MACHINES: &str = "garages";
/// The customer whose tenant loses most of its people.
pub(super) const EMPTIED: &str = "meridian";

const OUTLINES: [Outline; 11] = [
    Outline {
        policy: HANDS_ON,
        ..outline(SHOWN, "Harbour Boats", 42, 0.7)
    },
    outline("linden", "Linden Legal", 28, 0.9),
    outline("orchard", "Orchard School", 60, 0.5),
    outline("kiln", "Kiln & Clay", 9, 0.8),
    Outline {
        policy: HANDS_ON,
        ..outline(EMPTIED, "Meridian Freight", 80, 0.6)
    },
    outline("alpine", "Alpine Outdoor", 35, 0.6),
    Outline {
        policy: HANDS_ON,
        ..outline("brook", "Brook Veterinary", 22, 0.4)
    },
    Outline {
        policy: HANDS_ON,
        company: "Copper Kettle",
        ..outline("cafes", "Copper Kettle Cafés", 18, 0.5)
    },
    Outline {
        policy: HANDS_ON,
        company: "Copper Kettle",
        ..outline("bakery", "Copper Kettle Bakery", 14, 0.5)
    },
    outline("quarry", "Quarry Stone", 25, 0.7),
    outline("weavers", "Weavers Guild", 30, 0.8),
];

/// The MSP, running.
pub(super) struct Msp {
    pub(super) graph: Graph,
    /// Which PSA it has.
    pub(super) kind: PsaKind,
    /// The PSA itself.
    pub(super) psa: Box<dyn Psa>,
    /// Which documentation system it has.
    pub(super) docs_kind: DocsKind,
    /// The documentation system itself.
    pub(super) docs: Box<dyn Docs>,
    /// Accounts of which something is kept there, to be looked at.
    pub(super) cases: Vec<Case>,
    /// The people of each tenant.
    pub(super) people: BTreeMap<&'static str, Population>,
    /// The company of each customer in the PSA.
    companies: BTreeMap<&'static str, i64>,
    /// The organization of each customer in the documentation system.
    organizations: BTreeMap<&'static str, u64>,
}

impl Msp {
    /// Starts the vendors and fills them.
    pub(super) async fn start(kind: PsaKind, docs_kind: DocsKind) -> Result<Self, LocalError> {
        let machine = |error| LocalError::Machine("a simulated vendor cannot be started", error);
        let graph = Graph::start(Options::default()).await.map_err(machine)?;
        let psa = psa::start(kind).await.map_err(machine)?;
        let docs = docs::start(docs_kind).await.map_err(machine)?;
        let mut msp = Self {
            graph,
            kind,
            psa,
            docs_kind,
            docs,
            cases: Vec::new(),
            people: BTreeMap::new(),
            companies: BTreeMap::new(),
            organizations: BTreeMap::new(),
        };
        let mut shared: BTreeMap<&str, (i64, u64)> = BTreeMap::new();
        for (number, outline) in OUTLINES.iter().enumerate() {
            let name = outline.company;
            let (company, organization) = *(shared.entry(name))
                .or_insert_with(|| (msp.psa.open_company(name), msp.docs.open_organization(name)));
            msp.companies.insert(outline.id, company);
            msp.organizations.insert(outline.id, organization);
            msp.fill(number, outline, company);
        }
        msp.fill_hybrid();
        msp.fill_machines();
        Ok(msp)
    }

    fn fill(&mut self, number: usize, outline: &Outline, company: i64) {
        let tenant = tenant(outline.id);
        let domain = format!("{}.example", outline.id);
        self.graph.add_tenant(&tenant, &domain);
        let seed = u64::try_from(number).unwrap_or_default() + 1;
        let mut people = Population::new(seed, &tenant, &domain, outline.people);
        people.fill_graph(&self.graph, &tenant);
        self.psa.know(company, &people.contacts(outline.known));
        let cases = kept::of_people(self.shelf(outline.id), outline.id, &people);
        self.cases.extend(cases);
        self.people.insert(outline.id, people);
    }

    /// People who are in an Active Directory, and some of them in the cloud as well.
    fn fill_hybrid(&mut self) {
        let tenant = tenant(HYBRID);
        self.graph.add_tenant(&tenant, "northwinddental.example");
        let company = self.psa.open_company("Northwind Dental");
        self.companies.insert(HYBRID, company);
        let organization = self.docs.open_organization("Northwind Dental");
        self.organizations.insert(HYBRID, organization);
        let people = directory::people();
        for person in &people {
            if person.is_in_cloud {
                let user = self.graph.put_user(&tenant, person.graph_user());
                self.graph
                    .set_licence(&tenant, &user, directory::LICENCE, true);
            }
            if person.is_contact {
                self.psa.know(company, &[person.contact()]);
            }
        }
        let cases = kept::of_directory(self.shelf(HYBRID), &people);
        self.cases.extend(cases);
    }

    /// Windows machines, of which the PSA knows nothing.
    fn fill_machines(&mut self) {
        let organization = self.docs.open_organization("Fabrikam Garages");
        self.organizations.insert(MACHINES, organization);
        let cases = kept::of_machines(self.shelf(MACHINES));
        self.cases.extend(cases);
    }

    fn shelf(&self, customer: &str) -> Shelf<'_> {
        Shelf {
            docs: self.docs.as_ref(),
            organization: self.organization(customer),
        }
    }

    /// The configuration, read from text as any other.
    pub(super) fn config(&self) -> Result<Config, LocalError> {
        let text = self.configuration();
        let none = |_: &str| None;
        Config::read("the demo's configuration", &text, &none)
            .map_err(|problems| LocalError::Failure(Failure::defect(problems)))
    }

    fn configuration(&self) -> String {
        let graph = self.graph.base();
        let (psa, docs) = (self.psa.settings(), self.docs.settings());
        let policies = policies(&self.kind.gaps());
        let mut text = format!(
            "[graph]\nlogin_url = {graph:?}\napi_url = {graph:?}\nclient_id = {:?}\n\
             client_secret = {:?}\n\n[psa]\nsystem = \"{}\"\n{psa}\n\
             [docs]\nsystem = \"{}\"\n{docs}\n\
             [[operators]]\ntoken = {OPERATOR_TOKEN:?}\nrole = \"super\"\n{policies}",
            graph::CLIENT_ID,
            graph::CLIENT_SECRET,
            self.kind,
            self.docs_kind,
        );
        for outline in &OUTLINES {
            let policies: Vec<&str> = outline.policy.into_iter().collect();
            text.push_str(&self.customer(outline.id, outline.name, "[\"microsoft-365\"]"));
            text.push_str(&format!("policies = {policies:?}\n"));
        }
        let both = "[\"microsoft-365\", \"active-directory\"]";
        text.push_str(&self.customer(HYBRID, "Northwind Dental", both));
        text.push_str(&format!(
            "\n[[customers]]\nid = {MACHINES:?}\nname = \"Fabrikam Garages\"\n\
             sources = [\"local-windows\"]\ndocs_organization_id = \"{}\"\n",
            self.organization(MACHINES),
        ));
        text
    }

    fn customer(&self, id: &str, name: &str, sources: &str) -> String {
        let (company, organization) = (self.company(id), self.organization(id));
        let tenant = tenant(id);
        format!(
            "\n[[customers]]\nid = {id:?}\nname = {name:?}\nsources = {sources}\n\
             microsoft_tenant_id = {tenant:?}\npsa_company_id = \"{company}\"\n\
             docs_organization_id = \"{organization}\"\n"
        )
    }

    /// Does the PSA say when a contact changes?
    pub(super) fn delivers(&self) -> bool {
        !self.kind.gaps().no_deliveries
    }

    /// Is the PSA asked which contacts changed?
    pub(super) fn is_asked(&self) -> bool {
        !self.kind.gaps().no_changes_since
    }

    /// A customer's company in the PSA; 0 where it has none.
    pub(super) fn company(&self, customer: &str) -> i64 {
        self.companies.get(customer).copied().unwrap_or_default()
    }

    /// A customer's organization in the documentation system; 0 where it has none.
    pub(super) fn organization(&self, customer: &str) -> u64 {
        (self.organizations.get(customer))
            .copied()
            .unwrap_or_default()
    }

    /// What the documentation system holds of a customer with that user name.
    pub(super) fn held(&self, customer: &str, username: &str) -> Vec<Held> {
        let mut held = self.docs.held(self.organization(customer));
        held.retain(|held| held.username.eq_ignore_ascii_case(username));
        held
    }

    /// All that the documentation system holds, of every organization.
    pub(super) fn all_held(&self) -> Vec<Held> {
        let each: BTreeSet<u64> = self.organizations.values().copied().collect();
        each.into_iter().flat_map(|id| self.docs.held(id)).collect()
    }
}

/// The start of both policies; the second goes on with what the PSA can do.
const POLICIES: &str = r#"
[[policies]]
name = "Standard"
account_type = "end-user"
default = true
match_psa = true
match_docs = true

[[policies]]
name = "Hands-on"
account_type = "end-user"
match_docs = true
create_docs_entry = true
"#;

/// The policies. The hands-on one wants an entry for everybody, and everything with the PSA that it can
/// do.
fn policies(gaps: &Gaps) -> String {
    let wanted = Policy {
        match_psa: true,
        create_psa_contact: true,
        update_psa_contact: true,
        deactivate_psa_contact: true,
        support_pin: true,
        office_365_presence: true,
        ..Policy::default()
    };
    let lacks: Vec<&str> = (unsupported(&wanted, gaps).iter())
        .map(|lack| lack.option)
        .collect();
    let options = [
        "match_psa",
        "create_psa_contact",
        "update_psa_contact",
        "deactivate_psa_contact",
        "support_pin",
        "office_365_presence",
    ];
    let options = options.iter().filter(|option| !lacks.contains(option));
    let lines = options.map(|option| format!("{option} = true\n"));
    format!("{POLICIES}{}", lines.collect::<String>())
}

/// A tenant's id: one per customer, the same every time.
pub(super) fn tenant(customer: &str) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_DNS, customer.as_bytes()).to_string()
}
