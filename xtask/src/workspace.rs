//! The members of the workspace, as `cargo metadata` tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cargo::{cargo, output};
use crate::step::Result;

/// One package of the workspace.
#[derive(Debug)]
pub(crate) struct Member {
    /// The package's name.
    pub(crate) name: String,
    /// Its folder, relative to the workspace's root, with `/` between parts.
    pub(crate) folder: String,
    /// Whether it goes to a registry.
    pub(crate) published: bool,
    /// The features it declares, `default` among them, and what each one switches on.
    pub(crate) features: BTreeMap<String, Vec<String>>,
    /// Names of its dependencies, without those for development and build scripts.
    pub(crate) dependencies: Vec<String>,
    /// Everything cargo knows about the package.
    pub(crate) metadata: Value,
}

/// Makes the workspace's root the current directory, so that every path can be relative.
pub(crate) fn enter_root() -> Result {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = here.as_deref().and_then(Path::parent).ok_or("run me as `cargo xtask`")?;
    Ok(std::env::set_current_dir(root)?)
}

/// Reads the members; none of them is built.
pub(crate) fn members() -> Result<Vec<Member>> {
    let json = output(&mut cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    parse(&serde_json::from_str(&json)?)
}

/// `--workspace` with every feature that tests and lints are to see.
///
/// That is `--all-features` but for those of [`NOT_FOR_TESTS`] and [`BY_THEMSELVES`].
pub(crate) fn with_features(members: &[Member]) -> Vec<String> {
    vec!["--workspace".to_owned(), "--features".to_owned(), features_of(members.iter())]
}

/// The same for some of the members.
pub(crate) fn only_with_features(members: &[Member], names: &[&str]) -> Vec<String> {
    let chosen = members.iter().filter(|member| names.contains(&member.name.as_str()));
    let packages = names.iter().flat_map(|name| ["--package".to_owned(), (*name).to_owned()]);
    packages.chain(["--features".to_owned(), features_of(chosen)]).collect()
}

/// `--package` with each of those that go to a registry.
pub(crate) fn published_packages(members: &[Member]) -> Vec<String> {
    let published = members.iter().filter(|member| member.published);
    published.flat_map(|member| ["--package".to_owned(), member.name.clone()]).collect()
}

fn features_of<'a>(members: impl Iterator<Item = &'a Member>) -> String {
    let of_member = |member: &Member| {
        let names = member.usual_features().map(|name| format!("{}/{name}", member.name));
        names.collect::<Vec<_>>()
    };
    let tested = members.filter(|member| !NOT_FOR_TESTS.contains(&member.name.as_str()));
    tested.flat_map(of_member).collect::<Vec<_>>().join(",")
}

fn parse(metadata: &Value) -> Result<Vec<Member>> {
    let root = metadata["workspace_root"].as_str().ok_or("metadata without workspace_root")?;
    let packages = metadata["packages"].as_array().ok_or("metadata without packages")?;
    let mut members: Vec<Member> =
        packages.iter().map(|package| member(package, Path::new(root))).collect::<Result<_>>()?;
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

fn member(package: &Value, root: &Path) -> Result<Member> {
    let name = package["name"].as_str().ok_or("package without a name")?.to_owned();
    let manifest = Path::new(package["manifest_path"].as_str().ok_or("no manifest_path")?);
    let folder = manifest.parent().unwrap_or(root).strip_prefix(root)?;
    let features = package["features"].as_object();
    let normal = |dependency: &&Value| dependency["kind"].is_null();
    Ok(Member {
        name,
        folder: folder.to_string_lossy().replace('\\', "/"),
        // `publish = false` is an empty list of registries; `null` means any.
        published: package["publish"].as_array().is_none_or(|registries| !registries.is_empty()),
        features: features
            .map(|all| all.iter().map(|(name, on)| (name.clone(), strings(on))).collect())
            .unwrap_or_default(),
        dependencies: package["dependencies"]
            .as_array()
            .map(|all| all.iter().filter(normal).collect::<Vec<_>>())
            .unwrap_or_default()
            .iter()
            .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
            .collect(),
        metadata: package.clone(),
    })
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Packages whose features nothing but their own command switches on. Those of bench bring in
/// the libraries that ours are measured against, with some two hundred crates below them: no test
/// needs one of them, and they would take longer to compile than everything else together.
/// That of fuzz brings in libFuzzer, without which its corpora are tested.
const NOT_FOR_TESTS: &[&str] = &["bench", "fuzz"];

/// Features that nothing but `cargo xtask providers` and whatever takes all features switches on:
/// aws-lc-rs is a C library, and takes minutes to compile.
pub(crate) const BY_THEMSELVES: &[&str] = &["aws-lc-rs"];

impl Member {
    /// The distinct ways to build this package: bare, as it comes, with everything. A package that
    /// is not published is only ever built as it comes.
    pub(crate) fn feature_sets(&self) -> Vec<Vec<String>> {
        let by_default = self.features_by_default();
        let mut sets = vec![vec![]];
        if self.published && by_default.len() > 1 {
            sets.push(vec!["--no-default-features".to_owned()]);
        }
        if self.published && self.usual_features().any(|name| !by_default.contains(name)) {
            let all: Vec<_> = self.usual_features().collect();
            sets.push(vec!["--features".to_owned(), all.join(",")]);
        }
        sets
    }

    pub(crate) fn usual_features(&self) -> impl Iterator<Item = &str> {
        let names = self.features.keys().map(String::as_str);
        names.filter(|name| !BY_THEMSELVES.contains(name))
    }

    /// `default`, and every feature that it switches on, directly or through another one.
    fn features_by_default(&self) -> BTreeSet<&str> {
        let mut on = BTreeSet::from(["default"]);
        let mut to_visit = vec!["default"];
        while let Some(name) = to_visit.pop() {
            let names = self.features.get(name).into_iter().flatten();
            to_visit.extend(names.map(String::as_str).filter(|name| on.insert(name)));
        }
        on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(member: &Member) -> Vec<String> {
        member.feature_sets().iter().map(|flags| flags.join(" ")).collect()
    }

    fn members_of(features: &str, publish: &str) -> Vec<Member> {
        let json = format!(
            r#"{{"workspace_root": "/ws", "packages": [{{
                "name": "a", "manifest_path": "/ws/a/Cargo.toml", "publish": {publish},
                "features": {features},
                "dependencies": [{{"name": "x", "kind": null}}, {{"name": "y", "kind": "dev"}}]
            }}]}}"#
        );
        parse(&serde_json::from_str(&json).unwrap()).unwrap()
    }

    #[test]
    fn a_member_is_read() {
        let member = members_of(r#"{"default": ["tls"], "tls": [], "url": []}"#, "null").remove(0);
        assert_eq!((member.folder.as_str(), member.published), ("a", true));
        assert!(member.features.keys().eq(["default", "tls", "url"]));
        assert_eq!(member.dependencies, ["x"]);
        assert_eq!(sets(&member), ["", "--no-default-features", "--features default,tls,url"]);
    }

    #[test]
    fn equal_feature_sets_are_built_once() {
        assert_eq!(sets(&members_of("{}", "null").remove(0)), [""]);
        let chain = r#"{"default": ["b"], "b": ["a", "dep:x"], "a": ["c"], "c": []}"#;
        let all_by_default = members_of(chain, "null").remove(0);
        assert_eq!(sets(&all_by_default), ["", "--no-default-features"]);
    }

    #[test]
    fn the_features_of_the_benchmarks_stay_off() {
        let mut members = members_of(r#"{"b": [], "c": []}"#, "null");
        members.extend(members_of(r#"{"peers": []}"#, "[]"));
        members[1].name = "bench".to_owned();
        assert_eq!(with_features(&members), ["--workspace", "--features", "a/b,a/c"]);
    }

    #[test]
    fn what_goes_to_a_registry_is_named() {
        let mut members = members_of("{}", "null");
        members.extend(members_of("{}", "[]"));
        assert_eq!(published_packages(&members), ["--package", "a"]);
    }

    #[test]
    fn some_members_are_chosen_with_their_features() {
        let mut members = members_of(r#"{"b": []}"#, "null");
        members.extend(members_of(r#"{"d": []}"#, "null"));
        members[1].name = "c".to_owned();
        assert_eq!(only_with_features(&members, &["c"]), ["--package", "c", "--features", "c/d"]);
    }

    #[test]
    fn what_takes_minutes_to_compile_is_left_to_its_own_command() {
        let members = members_of(r#"{"aws-lc-rs": [], "ring": []}"#, "null");
        assert_eq!(with_features(&members), ["--workspace", "--features", "a/ring"]);
        assert_eq!(sets(&members[0]), ["", "--features ring"]);
    }

    #[test]
    fn an_unpublished_package_is_built_as_it_comes() {
        let member = members_of(r#"{"default": ["a"], "a": [], "b": []}"#, "[]").remove(0);
        assert!(!member.published);
        assert_eq!(sets(&member), [""]);
    }
}
