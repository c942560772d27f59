package main

import (
	"context"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// allowEverything stands for RBAC, which is judged elsewhere.
type allowEverything struct{}

func (allowEverything) Authorize(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
	return authorizer.DecisionAllow, "", nil
}

func object(content map[string]any) runtime.Object {
	if content == nil {
		return nil
	}
	return &unstructured.Unstructured{Object: content}
}

// attributes are the request as admission plugins get it.
func (r Request) attributes() (admission.Attributes, *admission.VersionedAttributes, error) {
	version, err := schema.ParseGroupVersion(r.APIVersion)
	if err != nil {
		return nil, nil, err
	}
	namespace := r.Namespace
	if r.Kind == "Namespace" {
		// So the API server has it for requests for a namespace itself.
		namespace = r.Name
	}
	kind := version.WithKind(r.Kind)
	info := &user.DefaultInfo{Name: r.User, Groups: r.Groups}
	attributes := admission.NewAttributesRecord(object(r.Object), object(r.OldObject), kind, namespace, r.Name,
		version.WithResource(r.Resource), r.Subresource, admission.Operation(r.Operation), nil, false, info)
	versioned := &admission.VersionedAttributes{
		Attributes: attributes, VersionedKind: kind,
		VersionedObject: attributes.GetObject(), VersionedOldObject: attributes.GetOldObject(),
	}
	return attributes, versioned, nil
}

// matches tells whether the constraints of a policy, or those of a binding, select the request; none select everything.
func matches(constraints *admissionregistration.MatchResources, attributes admission.Attributes, request Request, namespace *core.Namespace) (bool, error) {
	if constraints == nil {
		return true, nil
	}
	if rules.IsExemptAdmissionConfigurationResource(attributes) {
		return false, nil
	}
	in, err := namespaceFits(constraints.NamespaceSelector, request, namespace)
	if err != nil || !in {
		return false, err
	}
	fits, err := objectFits(constraints.ObjectSelector, request)
	if err != nil || !fits {
		return false, err
	}
	if anyRule(constraints.ExcludeResourceRules, attributes) {
		return false, nil
	}
	return len(constraints.ResourceRules) == 0 || anyRule(constraints.ResourceRules, attributes), nil
}

func anyRule(all []admissionregistration.NamedRuleWithOperations, attributes admission.Attributes) bool {
	for _, rule := range all {
		matcher := rules.Matcher{Rule: rule.RuleWithOperations, Attr: attributes}
		if matcher.Matches() && named(rule.ResourceNames, attributes.GetName()) {
			return true
		}
	}
	return false
}

func named(names []string, name string) bool {
	for _, wanted := range names {
		if wanted == name {
			return true
		}
	}
	return len(names) == 0
}

// namespaceFits: a selector of namespaces says nothing of what is in none, but selects namespaces themselves by their labels.
func namespaceFits(selector *meta.LabelSelector, request Request, namespace *core.Namespace) (bool, error) {
	compiled, err := selectorOf(selector)
	if err != nil {
		return false, err
	}
	if request.Kind == "Namespace" {
		return compiled.Matches(labelsOf(request.Object)), nil
	}
	if request.Namespace == "" {
		return true, nil
	}
	set := labels.Set{core.LabelMetadataName: request.Namespace}
	if namespace != nil {
		set = labels.Merge(namespace.Labels, set)
	}
	return compiled.Matches(set), nil
}

func objectFits(selector *meta.LabelSelector, request Request) (bool, error) {
	compiled, err := selectorOf(selector)
	if err != nil {
		return false, err
	}
	return compiled.Matches(labelsOf(request.Object)) || request.OldObject != nil && compiled.Matches(labelsOf(request.OldObject)), nil
}

func selectorOf(selector *meta.LabelSelector) (labels.Selector, error) {
	if selector == nil {
		return labels.Everything(), nil
	}
	return meta.LabelSelectorAsSelector(selector)
}

func labelsOf(content map[string]any) labels.Set {
	found, _, _ := unstructured.NestedStringMap(content, "metadata", "labels")
	if kind, _ := content["kind"].(string); kind == "Namespace" {
		name, _, _ := unstructured.NestedString(content, "metadata", "name")
		return labels.Merge(found, labels.Set{core.LabelMetadataName: name})
	}
	return found
}
