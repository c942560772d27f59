package main

import (
	"context"
	"fmt"
	"strings"

	celgo "github.com/google/cel-go/cel"
	celtypes "github.com/google/cel-go/common/types"
	admissionregistration "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// expression is one CEL expression with the types that it may have.
type expression struct {
	name, text string
	types      []*celgo.Type
}

func (e *expression) GetExpression() string      { return e.text }
func (e *expression) GetName() string            { return e.name }
func (e *expression) ReturnTypes() []*celgo.Type { return e.types }

// policy is a compiled ValidatingAdmissionPolicy.
type policy struct {
	name        string
	spec        *admissionregistration.ValidatingAdmissionPolicySpec
	problems    []string
	conditions  matchconditions.Matcher
	validations cel.ConditionEvaluator
	messages    cel.ConditionEvaluator
}

func (p *policy) problem(format string, arguments ...any) {
	p.problems = append(p.problems, p.name+": "+fmt.Sprintf(format, arguments...))
}

// compile takes every expression of a policy as the API server does when it stores and when it uses one.
func compile(written *admissionregistration.ValidatingAdmissionPolicy) *policy {
	p := &policy{name: written.Name, spec: &written.Spec}
	if written.Spec.ParamKind != nil {
		p.problem("paramKind: this judge has no parameters to give")
	}
	if written.Spec.MatchConstraints == nil || len(written.Spec.MatchConstraints.ResourceRules) == 0 {
		p.problem("matchConstraints.resourceRules: missing")
	}
	if len(written.Spec.Validations)+len(written.Spec.AuditAnnotations) == 0 {
		p.problem("it has neither validations nor audit annotations")
	}
	set := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	composition, err := cel.NewCompositionEnv(cel.VariablesTypeName, set)
	if err != nil {
		p.problem("%v", err)
		return p
	}
	compiler := cel.NewCompositedCompilerFromTemplate(composition)
	declarations := cel.OptionalVariableDeclarations{HasAuthorizer: true}
	for _, variable := range written.Spec.Variables {
		e := &expression{variable.Name, variable.Expression, []*celgo.Type{celgo.AnyType, celgo.DynType}}
		// The environment of new expressions: what the API server takes when somebody stores the policy.
		if result := compiler.CompileAndStoreVariable(e, declarations, environment.NewExpressions); result.Error != nil {
			p.problem("variable %s: %v", variable.Name, result.Error)
		}
	}
	var conditions, validations, messages []cel.ExpressionAccessor
	for index := range written.Spec.MatchConditions {
		conditions = append(conditions, (*matchconditions.MatchCondition)(&written.Spec.MatchConditions[index]))
	}
	for _, validation := range written.Spec.Validations {
		validations = append(validations, &expression{text: validation.Expression, types: []*celgo.Type{celgo.BoolType}})
		var message cel.ExpressionAccessor
		if validation.MessageExpression != "" {
			message = &expression{text: validation.MessageExpression, types: []*celgo.Type{celgo.StringType}}
		}
		messages = append(messages, message)
	}
	filter := compiler.CompileCondition(conditions, declarations, environment.NewExpressions)
	p.validations = compiler.CompileCondition(validations, declarations, environment.NewExpressions)
	p.messages = compiler.CompileCondition(messages, cel.OptionalVariableDeclarations{}, environment.NewExpressions)
	for what, compiled := range map[string]cel.ConditionEvaluator{
		"match condition": filter, "validation": p.validations, "message": p.messages,
	} {
		for _, err := range compiled.CompilationErrors() {
			p.problem("%s: %v", what, err)
		}
	}
	if len(conditions) > 0 {
		p.conditions = matchconditions.NewMatcher(filter, written.Spec.FailurePolicy, "policy", "validate", written.Name)
	}
	return p
}

// decide says what the policy makes of a request, once for each binding that applies it.
func (p *policy) decide(bindings []*admissionregistration.ValidatingAdmissionPolicyBinding, request Request, namespace *core.Namespace) ([]Decision, error) {
	attributes, versioned, err := request.attributes()
	if err != nil {
		return nil, err
	}
	matched, err := matches(p.spec.MatchConstraints, attributes, request, namespace)
	if err != nil || !matched {
		return nil, err
	}
	var decisions []Decision
	for _, binding := range bindings {
		bound, err := matches(binding.Spec.MatchResources, attributes, request, namespace)
		if err != nil {
			return nil, err
		}
		if bound {
			decision := p.evaluate(attributes, versioned, namespace)
			decision.Request = request.ID
			for _, action := range binding.Spec.ValidationActions {
				decision.Denies = decision.Denies || action == admissionregistration.Deny
			}
			decisions = append(decisions, decision)
		}
	}
	return decisions, nil
}

func (p *policy) evaluate(attributes admission.Attributes, versioned *admission.VersionedAttributes, namespace *core.Namespace) Decision {
	ctx := context.Background()
	said := func(outcome, message string) Decision {
		return Decision{Policy: p.name, Outcome: outcome, Message: message}
	}
	if p.conditions != nil {
		switch result := p.conditions.Match(ctx, versioned, nil, allowEverything{}); {
		case result.Error != nil:
			return said("error", result.Error.Error())
		case !result.Matches:
			return said("admit", "match condition "+result.FailedConditionName)
		}
	}
	asked := cel.CreateAdmissionRequest(attributes, meta.GroupVersionResource(attributes.GetResource()), meta.GroupVersionKind(attributes.GetKind()))
	shown := cel.CreateNamespaceObject(namespace)
	results, rest, err := p.validations.ForInput(ctx, versioned, asked, cel.OptionalVariableBindings{Authorizer: allowEverything{}}, shown, celconfig.RuntimeCELCostBudget)
	if err != nil {
		return said("error", err.Error())
	}
	messages, _, err := p.messages.ForInput(ctx, versioned, asked, cel.OptionalVariableBindings{}, shown, rest)
	if err != nil {
		return said("error", "messageExpression: "+err.Error())
	}
	for index, result := range results {
		if result.Error != nil {
			return said("error", result.Error.Error())
		}
		if result.EvalResult != celtypes.True {
			if messages[index].Error != nil {
				return said("error", "messageExpression: "+messages[index].Error.Error())
			}
			return said("deny", p.message(index, messages[index]))
		}
	}
	return said("admit", "")
}

func (p *policy) message(index int, evaluated cel.EvaluationResult) string {
	if evaluated.EvalResult != nil {
		if text, ok := evaluated.EvalResult.Value().(string); ok && strings.TrimSpace(text) != "" {
			return strings.TrimSpace(text)
		}
	}
	if text := p.spec.Validations[index].Message; text != "" {
		return text
	}
	return "failed expression: " + p.spec.Validations[index].Expression
}
