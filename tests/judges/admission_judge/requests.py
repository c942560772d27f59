"""What somebody asks of the API server: the cell's own objects, the pods that controllers make of them, and what must be refused."""

import copy

from k8s_judge.schemas import is_cluster_scoped

IRREGULAR = {"Endpoints": "endpoints"}
# What controllers make on the way to pods.
MIDDLE = {"Deployment": ("apps/v1", "ReplicaSet"), "CronJob": ("batch/v1", "Job")}
# Who asks: Argo CD for what is in Git, Kubernetes' own controllers for pods, a person by hand.
ARGO_CD = ("system:serviceaccount:argocd:argocd-application-controller", ["system:serviceaccounts", "system:authenticated"])
CONTROLLER = ("system:serviceaccount:kube-system:replicaset-controller", ["system:serviceaccounts", "system:authenticated"])
PERSON = ("somebody", ["system:authenticated"])


def plural(kind):
    """The resource of a kind, as rules name it."""
    if kind in IRREGULAR:
        return IRREGULAR[kind]
    low = kind.lower()
    if low.endswith("s"):
        return low + "es"
    return low[:-1] + "ies" if low.endswith("y") and low[-2] not in "aeiou" else low + "s"


def _pod_defaults(spec):
    for key, value in (("restartPolicy", "Always"), ("dnsPolicy", "ClusterFirst"), ("schedulerName", "default-scheduler"),
                       ("terminationGracePeriodSeconds", 30), ("securityContext", {})):
        spec.setdefault(key, value)
    for container in [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]:
        container.setdefault("resources", {})
        container.setdefault("imagePullPolicy", "IfNotPresent")
        container.setdefault("terminationMessagePath", "/dev/termination-log")
        container.setdefault("terminationMessagePolicy", "File")
        for port in container.get("ports") or []:
            port.setdefault("protocol", "TCP")


def pod_template(obj):
    """The template of the pods that a controller makes of an object, or None."""
    spec = obj.get("spec") or {}
    if obj["kind"] == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    template = spec.get("template") if isinstance(spec, dict) else None
    return template if isinstance(template, dict) and isinstance((template.get("spec") or {}).get("containers"), list) else None


def defaulted(obj):
    """The object with the defaults that the API server puts in before it asks policies; those that policies may look at."""
    obj = copy.deepcopy(obj)
    if obj["kind"] == "Service":
        spec = obj.setdefault("spec", {})
        spec.setdefault("type", "ClusterIP")
        spec.setdefault("sessionAffinity", "None")
        for port in spec.get("ports") or []:
            port.setdefault("protocol", "TCP")
            port.setdefault("targetPort", port.get("port"))
    elif obj["kind"] == "Pod":
        _pod_defaults(obj["spec"])
    elif template := pod_template(obj):
        _pod_defaults(template["spec"])
    return obj


def _request(id_, obj, namespace, who, operation="CREATE", old=None, subresource=""):
    cluster_wide = is_cluster_scoped(obj)
    return {
        "id": id_, "operation": operation, "apiVersion": obj["apiVersion"], "kind": obj["kind"],
        "resource": plural(obj["kind"]), "namespace": "" if cluster_wide else namespace,
        "name": obj["metadata"].get("name", ""), "object": obj, "oldObject": old, "subresource": subresource,
        "user": who[0], "groups": who[1],
    }


def of_object(title, obj, namespace):
    """Creation and update of an object by Argo CD, and what controllers create of it, down to pods where it runs any."""
    obj = defaulted(obj)
    if not is_cluster_scoped(obj):
        obj["metadata"]["namespace"] = namespace
    yield _request(f"creating {title}", obj, namespace, ARGO_CD)
    yield _request(f"updating {title}", obj, namespace, ARGO_CD, "UPDATE", old=obj)
    if obj["kind"] in MIDDLE:
        api_version, kind = MIDDLE[obj["kind"]]
        spec = obj["spec"] if kind == "ReplicaSet" else (obj["spec"].get("jobTemplate") or {}).get("spec") or {}
        kept = {key: value for key, value in spec.items() if key not in ("strategy", "revisionHistoryLimit", "progressDeadlineSeconds")}
        between = {"apiVersion": api_version, "kind": kind, "spec": kept,
                   "metadata": {"name": f"{obj['metadata']['name']}-5d4f8", "namespace": namespace}}
        yield _request(f"creating a {kind} of {title}", between, namespace, CONTROLLER)
    template = pod_template(obj)
    if template and obj["spec"].get("replicas") != 0 and not obj["spec"].get("suspend"):
        metadata = {**(template.get("metadata") or {}), "name": f"{obj['metadata']['name']}-x7k2p", "namespace": namespace}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
        yield _request(f"creating a pod of {title}", pod, namespace, CONTROLLER)


def by_hand(entry, namespaces):
    """(why, request) for something that must be refused; nothing where its namespace is not there."""
    obj = copy.deepcopy(entry["object"])
    namespace = namespaces.get(obj["metadata"]["namespace"], obj["metadata"]["namespace"])
    if namespace is None:
        return
    obj["metadata"]["namespace"] = namespace
    obj, why, subresource = defaulted(obj), entry["why"], entry.get("subresource", "")
    if not subresource:
        yield why, _request(f"by hand: {why}", obj, namespace, PERSON)
    if subresource or entry.get("changed"):
        why += ", made so later"
        yield why, _request(f"by hand: {why}", obj, namespace, PERSON, "UPDATE", {**obj, "spec": {}}, subresource)
