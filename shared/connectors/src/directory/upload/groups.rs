//! Who is an administrator of the domain (D16): transitive membership of a privileged group, told
//! by security identifiers, since names are localised. Groups come in any order, refer to each
//! other in both directions, and may form cycles.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::limits::PRIVILEGES_MAX;

use super::dn::{self, DnKey};
use super::entry::Entry;
use super::text::cut;
use super::windows;

/// How many groups of a way are named in a reason.
const WAY_NAMED_MAX: usize = 4;

/// A privileged group: its number, its name in English, and the container it lies in when nobody
/// moved it. The first three are of a domain (`S-1-5-21-...`), the others built in (`S-1-5-32`).
struct Privileged {
    rid: u32,
    name: &'static str,
    container: &'static str,
}

const PRIVILEGED: [Privileged; 7] = [
    privileged(512, "Domain Admins", "Users"),
    privileged(518, "Schema Admins", "Users"),
    privileged(519, "Enterprise Admins", "Users"),
    privileged(544, "Administrators", "Builtin"),
    privileged(548, "Account Operators", "Builtin"),
    privileged(549, "Server Operators", "Builtin"),
    privileged(551, "Backup Operators", "Builtin"),
];

const fn privileged(rid: u32, name: &'static str, container: &'static str) -> Privileged {
    Privileged {
        rid,
        name,
        container,
    }
}

/// Which privileged group has this SID?
fn privileged_of_sid(sid: &str) -> Option<&'static Privileged> {
    PRIVILEGED.iter().find(|known| {
        if known.container == "Builtin" {
            sid.strip_prefix("S-1-5-32-") == Some(known.rid.to_string().as_str())
        } else {
            windows::rid(sid) == Some(known.rid)
        }
    })
}

/// Which privileged group has this name, where no group was read to know its SID? Only English
/// names in their own place; another language's stay unknown.
fn privileged_of_name(name: &str) -> Option<&'static Privileged> {
    let (first, second) = (dn::first_value(name)?, dn::container(name)?);
    PRIVILEGED.iter().find(|known| {
        first.eq_ignore_ascii_case(known.name) && second.eq_ignore_ascii_case(known.container)
    })
}

/// The built-in administrator of a domain or machine, whatever its name.
pub(super) fn is_builtin_administrator(sid: &str) -> bool {
    windows::rid(sid) == Some(500)
}

/// The reason of the built-in administrator.
pub(super) const BUILTIN_ADMINISTRATOR: &str = "built-in Administrator (RID 500)";

#[derive(Default)]
struct Group {
    sid: Option<String>,
    name: String,
    member_of: Vec<DnKey>,
    members_cut: bool,
    usn: Option<u64>,
}

/// Collects groups as they come.
#[derive(Default)]
pub(super) struct Collector {
    by_dn: HashMap<DnKey, usize>,
    groups: Vec<Group>,
    /// Member and group.
    edges: Vec<(DnKey, usize)>,
}

impl Collector {
    /// Takes a group. One that comes again adds to what it said before: members may come in ranges.
    pub(super) fn add(&mut self, entry: &Entry) {
        let Some(dn) = entry.distinguished_name() else {
            return;
        };
        let next = self.groups.len();
        let index = *self.by_dn.entry(DnKey::of(dn)).or_insert(next);
        if index == next {
            self.groups.push(Group::default());
        }
        let Some(group) = self.groups.get_mut(index) else {
            return;
        };
        if let Ok(Some(sid)) = entry.sid() {
            group.sid = Some(sid);
        }
        let name = ["samaccountname", "cn", "name"]
            .into_iter()
            .find_map(|attribute| entry.texts(attribute).next().map(str::to_owned));
        group.name = name.or_else(|| dn::first_value(dn)).unwrap_or_default();
        group.members_cut = entry.members_cut;
        group.usn = entry.usn().or(group.usn);
        let parents = entry.texts("memberof").map(DnKey::of_member);
        group.member_of.extend(parents);
        let members = entry.texts("member").map(DnKey::of_member);
        self.edges.extend(members.map(|member| (member, index)));
    }

    /// Makes the graph. `declared` is what the upload says of its groups, `held_usn` what was read
    /// before: groups that all changed since are only those that changed.
    pub(super) fn finish(mut self, declared: Option<bool>, held_usn: Option<u64>) -> Groups {
        self.edges.sort_unstable();
        self.edges.dedup();
        let whole = !self.groups.iter().any(|group| group.members_cut)
            && declared.unwrap_or_else(|| self.looks_whole(held_usn));
        let children = self.children();
        let ways = self
            .groups
            .iter()
            .enumerate()
            .filter_map(|(index, group)| {
                let privileged = privileged_of_sid(group.sid.as_deref()?)?;
                Some((privileged.rid, steps_to(index, &children)))
            })
            .collect::<Vec<_>>();
        let leading: BTreeSet<usize> = ways.iter().flat_map(|(_, s)| s.keys().copied()).collect();
        let mut members: Vec<DnKey> = self.edges.iter().map(|(member, _)| *member).collect();
        members.dedup();
        // A big domain has a million memberships; only those that lead anywhere are kept.
        self.edges.retain(|(_, group)| leading.contains(group));
        self.edges.shrink_to_fit();
        let by_sid = self
            .groups
            .iter()
            .enumerate()
            .filter_map(|(index, group)| Some((group.sid.clone()?, index)))
            .collect();
        Groups {
            whole,
            by_dn: self.by_dn,
            by_sid,
            names: self.groups.into_iter().map(|group| group.name).collect(),
            edges: self.edges,
            members,
            ways,
        }
    }

    /// Without a word on it: all groups are here when those are that every domain has, unless all
    /// of them are newer than what was read before.
    fn looks_whole(&self, held_usn: Option<u64>) -> bool {
        let has = |rid| {
            self.groups.iter().any(|group| {
                let known = group.sid.as_deref().and_then(privileged_of_sid);
                known.is_some_and(|known| known.rid == rid)
            })
        };
        let is_new = |group: &Group| held_usn.is_some_and(|held| group.usn > Some(held));
        has(512) && has(544) && !self.groups.iter().all(is_new)
    }

    /// The groups that are members of each group, from both directions.
    fn children(&self) -> Vec<Vec<usize>> {
        let mut children = vec![Vec::new(); self.groups.len()];
        for (index, group) in self.groups.iter().enumerate() {
            for parent in group.member_of.iter().filter_map(|dn| self.by_dn.get(dn)) {
                if let Some(list) = children.get_mut(*parent) {
                    list.push(index);
                }
            }
        }
        for (dn, index) in &self.by_dn {
            let sid = self
                .groups
                .get(*index)
                .and_then(|group| group.sid.as_deref());
            let keys = [Some(*dn), sid.map(DnKey::of_sid)];
            for parent in keys
                .into_iter()
                .flatten()
                .flat_map(|key| groups_of(&self.edges, key))
            {
                if let Some(list) = children.get_mut(parent) {
                    list.push(*index);
                }
            }
        }
        for list in &mut children {
            list.sort_unstable();
            list.dedup();
        }
        children
    }
}

/// For each group from which the target can be reached: how far it is, and the next group.
type Steps = BTreeMap<usize, (usize, usize)>;

/// Breadth first from the target down; a group that was seen is not entered again, so a cycle ends.
fn steps_to(target: usize, children: &[Vec<usize>]) -> Steps {
    let mut steps = Steps::from([(target, (0, target))]);
    let mut level = vec![target];
    let mut distance = 0;
    while !level.is_empty() {
        distance += 1;
        let mut next = Vec::new();
        for group in level {
            for child in children.get(group).into_iter().flatten() {
                if !steps.contains_key(child) {
                    steps.insert(*child, (distance, group));
                    next.push(*child);
                }
            }
        }
        level = next;
    }
    steps
}

/// The groups that list this member.
fn groups_of(edges: &[(DnKey, usize)], member: DnKey) -> impl Iterator<Item = usize> + '_ {
    let start = edges.partition_point(|(one, _)| *one < member);
    edges
        .iter()
        .skip(start)
        .take_while(move |(one, _)| *one == member)
        .map(|(_, group)| *group)
}

/// Somebody whose privileges are asked for.
#[derive(Default)]
pub(super) struct Subject<'a> {
    pub(super) dn: Option<&'a str>,
    pub(super) sid: Option<&'a str>,
    pub(super) member_of: Vec<&'a str>,
    /// primaryGroupID, which is in neither `memberOf` nor `member`.
    pub(super) primary_group: Option<u32>,
}

/// The groups of an upload.
#[derive(Default)]
pub(super) struct Groups {
    /// All groups of the domain are here: who is found in none is in none.
    pub(super) whole: bool,
    by_dn: HashMap<DnKey, usize>,
    by_sid: HashMap<String, usize>,
    names: Vec<String>,
    edges: Vec<(DnKey, usize)>,
    /// Everybody who is in any group.
    members: Vec<DnKey>,
    ways: Vec<(u32, Steps)>,
}

impl Groups {
    /// Is this name in any group's list? A name that is in none may be an old one.
    pub(super) fn lists(&self, dn: &str) -> bool {
        self.members.binary_search(&DnKey::of(dn)).is_ok()
    }

    /// Why somebody is an administrator, as far as the groups of this upload tell; ordered, at most
    /// `PRIVILEGES_MAX`.
    pub(super) fn reasons(&self, subject: &Subject<'_>) -> Vec<String> {
        let mut reasons = Vec::new();
        if subject.sid.is_some_and(is_builtin_administrator) {
            reasons.push(BUILTIN_ADMINISTRATOR.to_owned());
        }
        let direct = self.direct(subject);
        let primary = self.primary(subject);
        for known in &PRIVILEGED {
            let ways = self.ways.iter().filter(|(rid, _)| *rid == known.rid);
            let shortest = ways
                .flat_map(|(_, steps)| direct.iter().map(move |group| (steps, *group)))
                .filter_map(|(steps, group)| Some((steps.get(&group)?.0, group, steps)))
                .min_by_key(|(distance, group, _)| (*distance, *group));
            let by_name = || {
                let mut names = subject.member_of.iter().copied();
                names.any(|dn| privileged_of_name(dn).is_some_and(|one| one.rid == known.rid))
            };
            let group = format!("{} ({})", known.name, known.rid);
            if let Some((_, start, steps)) = shortest {
                let by = if primary == Some(start) { PRIMARY } else { "" };
                let way = self.way(start, steps);
                reasons.push(format!("member of {group}{way}{by}"));
            } else if known.container == "Users" && subject.primary_group == Some(known.rid) {
                reasons.push(format!("member of {group}{PRIMARY}"));
            } else if self.ways.is_empty() && by_name() {
                reasons.push(format!("member of {group}"));
            }
        }
        reasons.truncate(PRIVILEGES_MAX);
        // The names of groups are as long as somebody made them.
        reasons
            .iter()
            .map(|reason| cut(reason).to_owned())
            .collect()
    }

    /// The groups somebody is directly in.
    fn direct(&self, subject: &Subject<'_>) -> BTreeSet<usize> {
        let keys = [subject.dn.map(DnKey::of), subject.sid.map(DnKey::of_sid)];
        let listed = keys.into_iter().flatten();
        let mut direct: BTreeSet<usize> =
            listed.flat_map(|key| groups_of(&self.edges, key)).collect();
        let said = subject.member_of.iter().map(|dn| DnKey::of_member(dn));
        direct.extend(said.filter_map(|key| self.by_dn.get(&key)));
        direct.extend(self.primary(subject));
        direct
    }

    fn primary(&self, subject: &Subject<'_>) -> Option<usize> {
        let (domain, _) = windows::split_sid(subject.sid?)?;
        let sid = format!("{domain}-{}", subject.primary_group?);
        self.by_sid.get(&sid).copied()
    }

    /// ` through A > B`; nothing for a direct member.
    fn way(&self, start: usize, steps: &Steps) -> String {
        let mut names = Vec::new();
        let mut at = start;
        while let Some((distance, next)) = steps.get(&at).filter(|(distance, _)| *distance > 0) {
            if names.len() == WAY_NAMED_MAX {
                names.push(format!("{distance} more"));
                break;
            }
            names.push(self.names.get(at).cloned().unwrap_or_default());
            at = *next;
        }
        if names.is_empty() {
            return String::new();
        }
        format!(" through {}", names.join(" > "))
    }
}

/// How a reason ends that stands on primaryGroupID; it is kept when only groups are read again,
/// since the user's own entry is what would say otherwise.
pub(super) const PRIMARY: &str = ", as primary group";
