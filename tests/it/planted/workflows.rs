//! Reusable workflows that inherit secrets.

use crate::support::planted::Planted;

const CALLER: &str = ".github/workflows/nightly.yml";
const CALLED: &str = ".github/workflows/deploy-cell.yml";

/// A workflow that calls, and one that is called and reads a secret.
fn calls(job: &str, called: &str) -> Planted {
    let head = "permissions: {}\njobs:\n";
    Planted::example()
        .file(
            CALLER,
            format!("name: Nightly\non:\n  workflow_dispatch:\n{head}{job}"),
        )
        .file(
            CALLED,
            format!("name: Deploy\non:\n  workflow_call:\n{head}{called}"),
        )
}

const ES: &str =
    "  deploy-es:\n    uses: ./.github/workflows/deploy-cell.yml\n    secrets: inherit\n";
const READS: &str = "  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: platformctl status\n        env:\n          KUBECONFIG_DATA: ${{ secrets.TR_KUBECONFIG }}\n";

#[test]
fn a_job_that_lets_another_regions_secret_be_inherited() {
    calls(ES, READS).caught("RES802", CALLER, "secrets: inherit");
    calls(ES, &READS.replace("TR_", "ES_")).silent();
    // What is not handed on is not read.
    calls(&ES.replace("    secrets: inherit\n", ""), READS).silent();
}

#[test]
fn a_job_of_the_called_workflow_that_is_another_regions_own() {
    let own = READS.replace(
        "  deploy:\n",
        "  deploy-tr:\n    if: inputs.region == 'tr'\n",
    );
    calls(ES, &own).silent();
}

#[test]
fn a_matrix_that_lets_one_kubeconfig_be_inherited() {
    let matrix = ES.replace(
        "  deploy-es:\n",
        "  deploy:\n    strategy:\n      matrix:\n        region: [tr, es]\n",
    );
    let reads = READS.replace("TR_", "");
    calls(&matrix, &reads).caught("RES802", CALLER, "secrets: inherit");
    let scoped = reads.replace(
        "    steps:",
        "    environment: production-${{ inputs.region }}\n    steps:",
    );
    calls(&matrix, &scoped).silent();
}

#[test]
fn a_workflow_of_another_repository_that_inherits_everything() {
    let elsewhere = ES.replace(
        "./.github/workflows/deploy-cell.yml",
        "acme/actions/.github/workflows/deploy.yml@0123456789012345678901234567890123456789",
    );
    let own = READS.replace("  deploy:", "  deploy-tr:");
    calls(&elsewhere, &own).caught("RES802", CALLER, "secrets: inherit");
    // The secret of an environment is inherited by nobody.
    let scoped = own.replace("    steps:", "    environment: production-tr\n    steps:");
    calls(&elsewhere, &scoped).silent();
}
