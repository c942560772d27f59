// Evaluates ValidatingAdmissionPolicies with the API server's own CEL: its libraries, its cost limits, its variables.
//
// Reads {"policies", "bindings", "requests"} as JSON on stdin, writes {"problems", "decisions"} on stdout. What Kubernetes
// means by a match, a condition and a failure policy: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
package main

import (
	"encoding/json"
	"fmt"
	"os"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
)

// Request is what somebody asks of the API server.
type Request struct {
	// ID names it in decisions.
	ID         string `json:"id"`
	Operation  string `json:"operation"`
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Resource is the plural that rules name.
	Resource    string `json:"resource"`
	Subresource string `json:"subresource"`
	// Namespace is empty for what is in none.
	Namespace string         `json:"namespace"`
	Name      string         `json:"name"`
	Object    map[string]any `json:"object"`
	OldObject map[string]any `json:"oldObject"`
	User      string         `json:"user"`
	Groups    []string       `json:"groups"`
}

type input struct {
	Policies   []admissionregistration.ValidatingAdmissionPolicy        `json:"policies"`
	Bindings   []admissionregistration.ValidatingAdmissionPolicyBinding `json:"bindings"`
	Namespaces []core.Namespace                                         `json:"namespaces"`
	Requests   []Request                                                `json:"requests"`
}

// Decision is what one policy says of one request: admit, deny or error.
type Decision struct {
	Policy  string `json:"policy"`
	Request string `json:"request"`
	Outcome string `json:"outcome"`
	Message string `json:"message"`
	// Denies tells whether a binding makes the API server refuse what the policy denies.
	Denies bool `json:"denies"`
}

type output struct {
	// Problems are policies and bindings that cannot work, by `policy: problem`.
	Problems  []string   `json:"problems"`
	Decisions []Decision `json:"decisions"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "evaluate:", err)
		os.Exit(2)
	}
}

func run() error {
	var in input
	decoder := json.NewDecoder(os.Stdin)
	if err := decoder.Decode(&in); err != nil {
		return fmt.Errorf("stdin is not what it must be: %w", err)
	}
	namespaces := map[string]*core.Namespace{}
	for index := range in.Namespaces {
		namespaces[in.Namespaces[index].Name] = &in.Namespaces[index]
	}
	out := output{Problems: []string{}, Decisions: []Decision{}}
	for index := range in.Policies {
		policy := compile(&in.Policies[index])
		out.Problems = append(out.Problems, policy.problems...)
		if len(policy.problems) > 0 {
			continue
		}
		bindings := bindingsOf(in.Bindings, policy.name)
		for _, request := range in.Requests {
			decisions, err := policy.decide(bindings, request, namespaces[request.Namespace])
			if err != nil {
				return fmt.Errorf("%s on %s: %w", policy.name, request.ID, err)
			}
			out.Decisions = append(out.Decisions, decisions...)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

func bindingsOf(all []admissionregistration.ValidatingAdmissionPolicyBinding, policy string) []*admissionregistration.ValidatingAdmissionPolicyBinding {
	var found []*admissionregistration.ValidatingAdmissionPolicyBinding
	for index := range all {
		if all[index].Spec.PolicyName == policy {
			found = append(found, &all[index])
		}
	}
	return found
}
