//! Names in Terraform planted beside the rendered example: of buckets, and of hosts. Roots are of the cell `production/es`.

use crate::support::planted::Planted;
use platformctl::diagnostic::Severity;

const MAIN: &str = "infra/production/es/main.tf";
const AWS: &str = "provider \"aws\" {\n  region = \"eu-south-2\"\n}\n";

fn with(text: &str) -> Planted {
    Planted::example().file(MAIN, format!("{AWS}{text}"))
}

#[test]
fn res209_buckets_of_other_cells_in_terraform() {
    let found = with(
        "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"carebase-production-tr-objects\"\n}\n\
         module \"copies\" {\n  source = \"terraform-aws-modules/s3-bucket/aws\"\n  s3_bucket = \"carebase-staging-es-storage\"\n}\n\
         data \"aws_iam_policy_document\" \"d\" {\n  statement {\n    resources = [\"arn:aws:s3:::carebase-staging-tr-objects/*\"]\n  }\n}\n\
         resource \"aws_s3_bucket_acl\" \"b\" {\n  bucket = \"carebase-production-es-objects\"\n  acl = \"public-read\"\n}\n\
         resource \"aws_s3_bucket\" \"c\" {\n  bucket = \"somebody-elses\"\n}\n",
    );
    let judged = found.judge().findings;
    let said: Vec<_> = judged
        .iter()
        .filter(|finding| finding.code == "RES209")
        .map(|finding| (found.at(finding), finding.severity))
        .collect();
    let error = |line: u32| (format!("RES209 {MAIN}:{line}"), Severity::Error);
    assert_eq!(
        said,
        [error(5), error(9), error(13), error(18),],
        "{judged:#?}"
    );
    // Nothing but that the module is not read is said besides.
    assert_eq!(judged.len(), said.len() + 1, "{judged:#?}");
}

#[test]
fn res209_a_name_is_found_where_it_is_written() {
    Planted::example()
        .file(
            "infra/modules/store/main.tf",
            "variable \"bucket\" {}\nresource \"minio_s3_bucket\" \"a\" {\n  bucket = var.bucket\n}\n",
        )
        .file(
            MAIN,
            "variable \"region\" {}\nmodule \"store\" {\n  source = \"../../modules/store\"\n  bucket = \"carebase-production-${var.region}-objects\"\n}\n",
        )
        .file("infra/production/es/terraform.tfvars", "region = \"tr\"\n")
        .caught("RES209", "infra/production/es/terraform.tfvars", "tr");
}

#[test]
fn res209_own_buckets_and_those_with_state_are_silent() {
    let state = "terraform {\n  backend \"s3\" {\n    bucket = \"carebase-es-state\"\n    region = \"eu-south-2\"\n  }\n}\n";
    with(&format!(
        "{state}resource \"aws_s3_bucket\" \"a\" {{\n  bucket = \"carebase-production-es-objects\"\n}}\n\
         resource \"aws_s3_bucket_acl\" \"a\" {{\n  bucket = aws_s3_bucket.a.id\n  acl = \"private\"\n}}\n\
         resource \"aws_s3_bucket\" \"state\" {{\n  bucket = \"carebase-es-state\"\n}}\n\
         resource \"aws_iam_policy\" \"p\" {{\n  policy = \"arn:aws:s3:::carebase-production-es-storage/*\"\n}}\n"
    ))
    .silent();
}

#[test]
fn res407_hosts_of_other_regions_in_terraform() {
    for (text, line) in [
        (
            "resource \"aws_acm_certificate\" \"a\" {\n  domain_name = \"api.tr.carebase.example\"\n}\n",
            "api.tr.carebase.example",
        ),
        (
            "resource \"tls_cert_request\" \"a\" {\n  dns_names = [\"api.es.carebase.example\", \"*.carebase.example\"]\n}\n",
            "dns_names",
        ),
        (
            "resource \"cloudflare_dns_record\" \"a\" {\n  name = \"api.tr.carebase.example\"\n  type = \"A\"\n  content = \"203.0.113.7\"\n}\n",
            "api.tr.carebase.example",
        ),
    ] {
        with(text).caught("RES407", MAIN, line);
    }
}

#[test]
fn res407_own_hosts_in_terraform_are_silent() {
    with(
        "resource \"aws_acm_certificate\" \"a\" {\n  domain_name = \"es.carebase.example\"\n  subject_alternative_names = [\"*.es.carebase.example\"]\n}\n\
         resource \"aws_lb_listener_rule\" \"a\" {\n  condition {\n    host_header {\n      values = [\"api.es.carebase.example\"]\n    }\n  }\n}\n\
         resource \"tls_self_signed_cert\" \"a\" {\n  dns_names = [\"minio.carebase-data.svc\", \"localhost\"]\n}\n\
         resource \"cloudflare_dns_record\" \"a\" {\n  name = \"api.es\"\n  type = \"A\"\n  content = \"203.0.113.7\"\n}\n",
    )
    .silent();
    // Names of the company are in no region's domain, and are for no region.
    Planted::example()
        .file(
            "infra/shared/main.tf",
            "resource \"tls_cert_request\" \"a\" {\n  dns_names = [\"www.acme.example\"]\n}\n",
        )
        .silent();
}

#[test]
fn res901_terraform_that_cannot_be_read_closes_the_gate() {
    let found = Planted::example()
        .file(MAIN, "resource \"aws_s3_bucket\" \"a\" {\n")
        .caught("RES901", MAIN, "");
    assert_eq!(found[0].severity, Severity::Error, "{found:#?}");
    let mut planted = Planted::example().file(
        "infra/production/es/terraform.tfvars",
        format!("# {}\n", "x".repeat(600 << 10)),
    );
    let binary = b"region = \"\xff\"\n".to_vec();
    let workflow = ".github/workflows/own.yml";
    planted.files.insert(workflow.to_owned(), binary.clone());
    planted.files.insert(MAIN.to_owned(), binary);
    let places: Vec<_> = planted.judge().findings;
    let places: Vec<_> = places
        .iter()
        .map(|finding| (planted.at(finding), finding.severity))
        .collect();
    assert_eq!(
        places,
        [
            (format!("RES901 {workflow}:0"), Severity::Error),
            (format!("RES901 {MAIN}:0"), Severity::Error),
            (
                "RES901 infra/production/es/terraform.tfvars:0".to_owned(),
                Severity::Error
            ),
        ]
    );
}
