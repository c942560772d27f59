//! Values with their places, in trees of several files.

use super::{Datum, Names, Root, Terraform, Unknown, Value};
use crate::source::position;
use crate::spec::names::Name;
use std::collections::BTreeMap;

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

fn read(texts: &[(&str, &str)]) -> Terraform {
    let names = Names {
        regions: [name("es"), name("tr")].into(),
        environments: [name("production"), name("staging")].into(),
    };
    Terraform::read(&files(texts), &names)
}

fn root(texts: &[(&str, &str)]) -> Root {
    let mut terraform = read(texts);
    assert!(terraform.problems.is_empty(), "{:#?}", terraform.problems);
    assert_eq!(terraform.roots.len(), 1, "{:#?}", terraform.roots);
    terraform.roots.remove(0)
}

/// An attribute of a resource, by the resource's address.
fn value<'r>(root: &'r Root, address: &str, attribute: &str) -> &'r Value {
    let resource = root
        .resources
        .iter()
        .find(|resource| resource.address == address)
        .unwrap_or_else(|| panic!("{address} is one of {:#?}", root.resources));
    resource
        .fields
        .get(attribute)
        .unwrap_or_else(|| panic!("{attribute} is one of {:#?}", resource.fields))
}

/// The bytes at the place that a person must change, with the file and line.
fn written(texts: &[(&str, &str)], value: &Value) -> String {
    let text = files(texts)[&value.at.path].clone();
    let (start, end) = value.at.span.expect("a span");
    format!(
        "{}:{} {}",
        value.at.path,
        position(&text, start).line,
        &text[start..end]
    )
}

#[track_caller]
fn expect(texts: &[(&str, &str)], address: &str, attribute: &str, text: &str, place: &str) {
    let root = root(texts);
    let value = value(&root, address, attribute);
    assert_eq!(value.text().as_deref(), Some(text), "{value:#?}");
    assert_eq!(written(texts, value), place);
}

#[test]
fn a_literal_is_changed_where_it_stands() {
    let texts = [(
        "infra/production/es/main.tf",
        "# first\nresource \"aws_instance\" \"a\" {\n  region = \"eu-south-2\"\n}\n",
    )];
    expect(
        &texts,
        "aws_instance.a",
        "region",
        "eu-south-2",
        "infra/production/es/main.tf:3 \"eu-south-2\"",
    );
    let root = root(&texts);
    assert_eq!(root.region, Some(name("es")));
    assert_eq!(root.environment, Some(name("production")));
}

const MODULE: &str = "variable \"place\" {}\nresource \"aws_instance\" \"a\" {\n  zone = \"${var.place}a\"\n}\noutput \"where\" { value = upper(var.place) }\n";

#[test]
fn a_variable_is_changed_in_the_file_that_gives_its_value() {
    let main = (
        "infra/production/es/main.tf",
        "module \"net\" {\n  source = \"../../modules/net\"\n  place = local.place\n}\nlocals { place = var.region }\nvariable \"region\" { default = \"eu-west-1\" }\nresource \"aws_x\" \"y\" { where = module.net.where }\n",
    );
    let module = ("infra/modules/net/main.tf", MODULE);
    let from_default = [main, module];
    let address = "module.net.aws_instance.a";
    expect(
        &from_default,
        address,
        "zone",
        "eu-west-1a",
        "infra/production/es/main.tf:6 \"eu-west-1\"",
    );
    let given = (
        "infra/production/es/terraform.tfvars",
        "\nregion = \"eu-south-2\"\n",
    );
    let from_file = [main, module, given];
    let place = "infra/production/es/terraform.tfvars:2 \"eu-south-2\"";
    expect(&from_file, address, "zone", "eu-south-2a", place);
    expect(&from_file, "aws_x.y", "where", "EU-SOUTH-2", place);
    let later = (
        "infra/production/es/z.auto.tfvars.json",
        "{\"region\": \"eu-south-1\"}",
    );
    expect(
        &[main, module, given, later],
        address,
        "zone",
        "eu-south-1a",
        "infra/production/es/z.auto.tfvars.json:1 \"eu-south-1\"",
    );
}

#[test]
fn functions_conditions_and_maps_are_followed_to_the_literal() {
    let text = r#"
variable "environment" { default = "production" }
locals {
  places = { es = "spaincentral", tr = "none" }
  zone   = format("%s-%s", "europe-southwest1", "a")
}
resource "google_x" "a" {
  zone     = local.zone
  looked   = lookup(local.places, "es", "x")
  indexed  = local.places["tr"]
  chosen   = var.environment == "production" ? "eu-south-2" : "eu-west-1"
  first    = coalesce(null, "", "here")
  joined   = join("-", ["eu", "south", 2])
  named    = [for key, place in local.places : "${key}=${place}" if place != "none"][0]
  merged   = merge(local.places, { es = "other" }).es
}
"#;
    let texts = [("infra/es/main.tf", text)];
    let root = root(&texts);
    let check = |attribute: &str, expected: &str, place: &str| {
        let value = value(&root, "google_x.a", attribute);
        assert_eq!(value.text().as_deref(), Some(expected), "{attribute}");
        assert_eq!(written(&texts, value), format!("infra/es/main.tf:{place}"));
    };
    check(
        "zone",
        "europe-southwest1-a",
        "5 format(\"%s-%s\", \"europe-southwest1\", \"a\")",
    );
    check("looked", "spaincentral", "4 \"spaincentral\"");
    check("indexed", "none", "4 \"none\"");
    check("chosen", "eu-south-2", "11 \"eu-south-2\"");
    check("first", "here", "12 \"here\"");
    check(
        "joined",
        "eu-south-2",
        "13 join(\"-\", [\"eu\", \"south\", 2])",
    );
    check("named", "es=spaincentral", "4 \"spaincentral\"");
    check("merged", "other", "15 \"other\"");
}

#[test]
fn what_no_file_says_is_not_known_and_says_why() {
    let text = r#"
variable "region" {}
variable "secondary" { default = false }
resource "aws_x" "a" {
  region  = var.region
  other   = data.aws_vpc.main.id
  choice  = var.region == "x" ? "eu-south-2" : "eu-west-3"
  same    = var.region == "x" ? "eu-south-2" : "eu-south-2"
  called  = cidrsubnet("10.0.0.0/8", 8, 1)
  circle  = local.a
}
locals {
  a = local.b
  b = local.a
}
"#;
    let root = root(&[("infra/es/main.tf", text)]);
    let why = |attribute| value(&root, "aws_x.a", attribute).why_unknown().cloned();
    assert_eq!(why("region"), Some(Unknown::Variable("region".to_owned())));
    assert_eq!(
        why("other"),
        Some(Unknown::Reference("data.aws_vpc.main.id".to_owned()))
    );
    assert_eq!(
        why("called"),
        Some(Unknown::Function("cidrsubnet".to_owned()))
    );
    assert_eq!(why("circle"), Some(Unknown::Expression));
    let choice: Vec<Option<String>> = value(&root, "aws_x.a", "choice")
        .alternatives()
        .iter()
        .map(Value::text)
        .collect();
    assert_eq!(
        choice,
        [Some("eu-south-2".to_owned()), Some("eu-west-3".to_owned())]
    );
    assert_eq!(
        value(&root, "aws_x.a", "same").text().as_deref(),
        Some("eu-south-2")
    );
}

#[test]
fn blocks_are_there_as_often_as_files_say() {
    let text = r#"
variable "off" { default = 0 }
resource "aws_a" "off" { count = var.off }
resource "aws_a" "two" { count = 2 }
resource "aws_a" "each" {
  for_each = { es = "eu-south-2", fr = "eu-west-3" }
  region   = each.value
}
resource "aws_a" "some" {
  for_each = var.unknown
  region   = each.value
}
resource "aws_a" "set" {
  for_each = toset(["x"])
  region   = each.key
}
resource "aws_b" "dynamic" {
  dynamic "replica" {
    for_each = ["eu-west-1", "eu-west-2"]
    content {
      region = replica.value
    }
  }
  replica {
    region = aws_a.each["fr"].region
  }
}
"#;
    let root = root(&[("infra/es/main.tf", text)]);
    let addresses: Vec<&str> = root
        .resources
        .iter()
        .map(|resource| resource.address.as_str())
        .collect();
    assert_eq!(
        addresses,
        [
            "aws_a.two[0]",
            "aws_a.two[1]",
            "aws_a.each[\"es\"]",
            "aws_a.each[\"fr\"]",
            "aws_a.some[*]",
            "aws_a.set[\"x\"]",
            "aws_b.dynamic"
        ]
    );
    let of = |address| value(&root, address, "region").text();
    assert_eq!(of("aws_a.each[\"fr\"]").as_deref(), Some("eu-west-3"));
    assert_eq!(of("aws_a.set[\"x\"]").as_deref(), Some("x"));
    assert_eq!(of("aws_a.some[*]"), None);
    let replicas: Vec<String> = root.resources[6]
        .blocks("replica")
        .iter()
        .filter_map(|block| block.get("region")?.text())
        .collect();
    assert_eq!(replicas, ["eu-west-1", "eu-west-2", "eu-west-3"]);
}

#[test]
fn a_resource_uses_the_provider_it_names_or_is_handed() {
    let texts = [
        (
            "infra/production/es/main.tf",
            r#"
provider "aws" { region = "eu-south-2" }
provider "aws" {
  alias  = "paris"
  region = "eu-west-3"
}
resource "aws_a" "home" {}
resource "aws_a" "paris" { provider = aws.paris }
module "copy" {
  source    = "../../modules/copy"
  providers = { aws = aws.paris }
}
module "here" { source = "../../modules/copy" }
data "aws_region" "current" { provider = aws.paris }
resource "aws_b" "b" { where = data.aws_region.current.name }
"#,
        ),
        (
            "infra/modules/copy/main.tf",
            "resource \"aws_a\" \"b\" {}\n",
        ),
    ];
    let root = root(&texts);
    let region = |address: &str| {
        let found = root
            .resources
            .iter()
            .find(|resource| resource.address == address)
            .expect("there");
        let provider = &root.providers[found.provider.expect("a provider")];
        provider.get("region").and_then(Value::text)
    };
    assert_eq!(region("aws_a.home").as_deref(), Some("eu-south-2"));
    assert_eq!(region("aws_a.paris").as_deref(), Some("eu-west-3"));
    assert_eq!(region("module.copy.aws_a.b").as_deref(), Some("eu-west-3"));
    assert_eq!(region("module.here.aws_a.b").as_deref(), Some("eu-south-2"));
    let looked = value(&root, "aws_b.b", "where");
    assert_eq!(looked.text().as_deref(), Some("eu-west-3"));
    assert_eq!(
        written(&texts, looked),
        "infra/production/es/main.tf:5 \"eu-west-3\""
    );
}

#[test]
fn modules_may_feed_each_other() {
    let texts = [
        (
            "infra/es/main.tf",
            "module \"a\" {\n  source = \"./a\"\n  in = module.b.out\n}\nmodule \"b\" {\n  source = \"./b\"\n  seed = module.a.seed\n}\n",
        ),
        (
            "infra/es/a/main.tf",
            "variable \"in\" {}\noutput \"seed\" { value = \"eu\" }\nresource \"aws_a\" \"x\" { region = var.in }\n",
        ),
        (
            "infra/es/b/main.tf",
            "variable \"seed\" {}\noutput \"out\" { value = \"${var.seed}-south-2\" }\n",
        ),
    ];
    expect(
        &texts,
        "module.a.aws_a.x",
        "region",
        "eu-south-2",
        "infra/es/a/main.tf:2 \"eu\"",
    );
}

#[test]
fn json_says_the_same() {
    let texts = [(
        "infra/production/es/main.tf.json",
        "{\n  \"variable\": {\"region\": {\"default\": \"eu-south-1\"}},\n  \"resource\": {\"aws_a\": {\"x\": {\n    \"region\": \"${var.region}\",\n    \"replica\": [{\"region_name\": \"eu-west-3\"}]\n  }}},\n  \"terraform\": {\"backend\": {\"s3\": {\"region\": \"us-east-1\"}}}\n}\n",
    )];
    expect(
        &texts,
        "aws_a.x",
        "region",
        "eu-south-1",
        "infra/production/es/main.tf.json:2 \"eu-south-1\"",
    );
    let root = root(&texts);
    let replica = root.resources[0].blocks("replica")[0];
    assert_eq!(
        replica.get("region_name").and_then(Value::text).as_deref(),
        Some("eu-west-3")
    );
    assert_eq!(root.backends[0].kind, "s3");
    assert_eq!(
        root.backends[0]
            .get("region")
            .and_then(Value::text)
            .as_deref(),
        Some("us-east-1")
    );
}

#[test]
fn named_files_with_values_make_a_set_each_and_may_tell_the_region() {
    let terraform = read(&[
        (
            "infra/main.tf",
            "variable \"region\" {}\nprovider \"aws\" { region = var.region }\n",
        ),
        ("infra/vars/es.tfvars", "region = \"eu-south-2\"\n"),
        ("infra/vars/tr.tfvars", "region = \"eu-west-3\"\n"),
    ]);
    let sets: Vec<(Option<&str>, Option<String>)> = terraform
        .roots
        .iter()
        .map(|root| {
            let region = root.providers[0].get("region").and_then(Value::text);
            (root.region.as_deref(), region)
        })
        .collect();
    assert_eq!(
        sets,
        [
            (Some("es"), Some("eu-south-2".to_owned())),
            (Some("tr"), Some("eu-west-3".to_owned()))
        ]
    );
}

#[test]
fn overrides_win_and_names_tell_whose_a_shared_resource_is() {
    let texts = [
        (
            "infra/shared/main.tf",
            "provider \"aws\" { region = \"eu-south-2\" }\nresource \"aws_a\" \"x\" {\n  for_each = { es = 1, tr = 2 }\n}\nresource \"aws_a\" \"all\" {}\n",
        ),
        (
            "infra/shared/region_override.tf",
            "provider \"aws\" {\n  region = \"eu-west-3\"\n}\n",
        ),
        ("infra/shared/tr.tf", "resource \"aws_a\" \"y\" {}\n"),
    ];
    let root = root(&texts);
    assert_eq!(
        root.providers[0]
            .get("region")
            .map(|value| written(&texts, value)),
        Some("infra/shared/region_override.tf:2 \"eu-west-3\"".to_owned())
    );
    let regions: Vec<Option<&str>> = root
        .resources
        .iter()
        .map(|resource| resource.region.as_deref())
        .collect();
    assert_eq!(regions, [Some("es"), Some("tr"), None, Some("tr")]);
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem_with_its_place() {
    let terraform = read(&[(
        "infra/es/main.tf",
        "resource \"aws_a\" \"b\" {\n  region = = 1\n}\n",
    )]);
    assert_eq!(terraform.problems.len(), 1);
    let place = terraform.problems[0].primary().expect("a place");
    assert_eq!(place.path, "infra/es/main.tf");
    assert!(place.span.is_some(), "{place:?}");
}

#[test]
fn files_of_the_repository_are_read_and_filled() {
    let texts = [
        (
            "infra/es/main.tf",
            "locals { places = yamldecode(file(\"${path.module}/places.yaml\")) }\nresource \"hcloud_server\" \"a\" {\n  location = local.places.home\n  user_data = templatefile(\"${path.module}/init.tftpl\", { endpoint = \"s3.example\", secret = var.x })\n}\n",
        ),
        ("infra/es/places.yaml", "# where\nhome: fsn1\n"),
        (
            "infra/es/init.tftpl",
            "#cloud-config\netcd-s3-endpoint: ${endpoint}\nkey: ${secret}\n",
        ),
    ];
    expect(
        &texts,
        "hcloud_server.a",
        "location",
        "fsn1",
        "infra/es/places.yaml:2 fsn1",
    );
    let root = root(&texts);
    let user_data = value(&root, "hcloud_server.a", "user_data");
    assert_eq!(
        user_data.text().as_deref(),
        Some("#cloud-config\netcd-s3-endpoint: s3.example\nkey: ${…}\n")
    );
    assert_eq!(user_data.at.path, "infra/es/init.tftpl");
}

#[test]
fn hostile_files_end() {
    let deep = format!("locals {{ a = {}1{} }}\n", "[".repeat(60), "]".repeat(60));
    let chain: String = (0..200)
        .map(|index| {
            format!(
                "locals {{ x{index} = \"${{local.x{}}}${{local.x{}}}\" }}\n",
                index + 1,
                index + 1
            )
        })
        .collect();
    let text = format!(
        "{deep}{chain}locals {{ x200 = \"y\" }}\nresource \"aws_a\" \"x\" {{ region = local.x0 }}\n"
    );
    let root = root(&[("infra/es/main.tf", &text)]);
    let region = value(&root, "aws_a.x", "region");
    assert!(
        matches!(region.datum, Datum::Unknown(_)),
        "not 2^200 letters"
    );
    let wide: String = (0..50)
        .map(|index| {
            format!(
                "locals {{ x{index} = [local.x{}, local.x{}] }}\n",
                index + 1,
                index + 1
            )
        })
        .collect();
    let text =
        format!("{wide}locals {{ x50 = 1 }}\nresource \"aws_a\" \"x\" {{ region = local.x0 }}\n");
    root_of(&text);
    let long: String = (0..40)
        .map(|index| {
            format!(
                "locals {{ x{index} = \"${{local.x{}}}${{local.x{}}}\" }}\n",
                index + 1,
                index + 1
            )
        })
        .collect();
    root_of(&format!(
        "{long}locals {{ x40 = \"y\" }}\nresource \"aws_a\" \"x\" {{ region = local.x0 }}\n"
    ));
}

fn root_of(text: &str) {
    let root = root(&[("infra/es/main.tf", text)]);
    let region = value(&root, "aws_a.x", "region");
    assert!(region.text().is_none_or(|text| text.len() < 1 << 20));
}
