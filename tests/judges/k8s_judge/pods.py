"""Pods find what they refer to, and the namespace they are in admits them."""


def check(cell):
    """Every finding on the cell's workloads."""
    for workload in cell.workloads:
        yield from _own_selector(workload)
        for kind, name in _references(workload):
            if not cell.has(kind, workload.placed.namespace, name):
                yield f"{workload.placed}: {kind} {name} is neither built nor provided"
        yield from _volumes(workload)
        yield from _probes(workload)
        enforced = cell.namespaces.get(workload.placed.namespace, {}).get("pod-security.kubernetes.io/enforce")
        if enforced == "restricted":
            yield from _restricted(workload)
    for placed in cell.of_kind("RoleBinding", "ClusterRoleBinding"):
        yield from _binding(cell, placed)
    for placed in cell.of_kind("StatefulSet"):
        service = placed.spec.get("serviceName")
        if service and not cell.has("Service", placed.namespace, service):
            yield f"{placed}: Service {service} is not in this cell"


def _own_selector(workload):
    selector = workload.placed.spec.get("selector")
    if workload.placed.kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        wanted = (selector or {}).get("matchLabels") or {}
        if not wanted or any(workload.labels.get(key) != value for key, value in wanted.items()):
            yield f"{workload.placed}: its selector does not select its own pods"


def _references(workload):
    """(kind, name) of everything its pods cannot start without."""
    spec, found = workload.pod_spec, []
    if spec.get("serviceAccountName"):
        found.append(("ServiceAccount", spec["serviceAccountName"]))
    found += [("Secret", s.get("name")) for s in spec.get("imagePullSecrets") or []]
    for volume in spec.get("volumes") or []:
        for source in [volume, *((volume.get("projected") or {}).get("sources") or [])]:
            found += _volume_source(source)
    for container in workload.all_containers:
        for source in container.get("envFrom") or []:
            found += _named(source.get("configMapRef"), "ConfigMap") + _named(source.get("secretRef"), "Secret")
        for variable in container.get("env") or []:
            value = variable.get("valueFrom") or {}
            found += _named(value.get("configMapKeyRef"), "ConfigMap") + _named(value.get("secretKeyRef"), "Secret")
    return sorted(set(found))


def _named(reference, kind, key="name"):
    if not reference or reference.get("optional"):
        return []
    return [(kind, reference.get(key))]


def _volume_source(source):
    secret = source.get("secret")
    return [
        *_named(source.get("configMap"), "ConfigMap"),
        *_named(secret, "Secret", "secretName" if secret and "secretName" in secret else "name"),
        *_named(source.get("persistentVolumeClaim"), "PersistentVolumeClaim", "claimName"),
    ]


def _volumes(workload):
    claims = workload.placed.spec.get("volumeClaimTemplates") or []
    known = {v.get("name") for v in workload.pod_spec.get("volumes") or []}
    known |= {(c.get("metadata") or {}).get("name") for c in claims}
    for container in workload.all_containers:
        for mount in container.get("volumeMounts") or []:
            if mount.get("name") not in known:
                yield f"{workload.placed}: container {container.get('name')} mounts {mount.get('name')}, which is no volume"


def _probes(workload):
    for container in workload.all_containers:
        ports = container.get("ports") or []
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            for action in ("httpGet", "tcpSocket", "grpc"):
                port = ((container.get(probe) or {}).get(action) or {}).get("port")
                if port is not None and not any(port in (p.get("name"), p.get("containerPort")) for p in ports):
                    yield f"{workload.placed}: {probe} of {container.get('name')} asks port {port}, which it does not have"


def _restricted(workload):
    """The profile `restricted`: https://kubernetes.io/docs/concepts/security/pod-security-standards/ ."""
    spec, placed = workload.pod_spec, workload.placed
    pod = spec.get("securityContext") or {}
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield f"{placed}: {key} is not allowed in its restricted namespace"
    allowed = {"name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim",
               "projected", "secret"}
    for volume in spec.get("volumes") or []:
        if not set(volume) <= allowed:
            yield f"{placed}: volume {volume.get('name')} is of a kind that its restricted namespace refuses"
    for container in workload.all_containers:
        own = container.get("securityContext") or {}
        for problem in _restricted_container(pod, own, container):
            yield f"{placed}: container {container.get('name')}: {problem}, which its restricted namespace refuses"


def _restricted_container(pod, own, container):
    capabilities = own.get("capabilities") or {}
    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if "ALL" not in (capabilities.get("drop") or []):
        yield "capabilities are not dropped"
    if set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
        yield "capabilities are added"
    if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield "runAsNonRoot is not true"
    if own.get("runAsUser", pod.get("runAsUser")) == 0:
        yield "runs as user 0"
    seccomp = (own.get("seccompProfile") or pod.get("seccompProfile") or {}).get("type")
    if seccomp not in ("RuntimeDefault", "Localhost"):
        yield "no seccomp profile"
    if any(port.get("hostPort") for port in container.get("ports") or []):
        yield "a host port"


def _binding(cell, placed):
    role = placed.obj.get("roleRef") or {}
    namespace = placed.namespace if role.get("kind") == "Role" else ""
    if not cell.has(role.get("kind"), namespace, role.get("name")):
        yield f"{placed}: {role.get('kind')} {role.get('name')} is neither built nor provided"
    for subject in placed.obj.get("subjects") or []:
        if subject.get("kind") == "ServiceAccount":
            where = subject.get("namespace", placed.namespace)
            if not cell.has("ServiceAccount", where, subject.get("name")):
                yield f"{placed}: ServiceAccount {where}/{subject.get('name')} is neither built nor provided"
