// Exchanges for the self-test: good ones that must pass, and bad ones with what must be found in them.

const OID = "a".repeat(40);
const HEADERS = { "content-type": "application/json", "x-github-api-version": "2022-11-28", "user-agent": "judge" };
const API = "https://github.example/api/v3/repos/acme/platform";

function rest(method, path, body, status, response) {
  return { api: "rest", method, path: `/repos/acme/platform${path}`, headers: HEADERS, body, status, response };
}

function graphql(query, variables, data, errors) {
  const response = errors ? { data, errors } : { data };
  return { api: "graphql", method: "POST", path: "/api/graphql", headers: HEADERS, body: { query, variables }, status: 200, response };
}

const label = {
  id: 1, node_id: "LA_1", url: `${API}/labels/promotion`, name: "promotion", description: "", color: "ededed", default: false,
};
const reference = {
  ref: "refs/heads/x/y", node_id: "REF_1", url: `${API}/git/refs/heads/x/y`,
  object: { type: "commit", sha: OID, url: `${API}/git/commits/${OID}` },
};
const BRANCH = "query B($owner: String!, $name: String!, $ref: String!) { repository(owner: $owner, name: $name) { ref(qualifiedName: $ref) { target { oid } } } }";
const SWAP = "mutation S($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }";
const branch = { owner: "acme", name: "platform", ref: "refs/heads/main" };
const swap = (update) => ({ input: { repositoryId: "R_1", refUpdates: [{ name: "refs/heads/x", afterOid: OID, ...update }] } });

/** `{ name, exchange, expect }`: a text that a violation must hold, or null when there must be none. */
export function planted() {
  const make = { ref: "refs/heads/x/y", sha: OID };
  return [
    { name: "a good reference", exchange: rest("POST", "/git/refs", make, 201, reference), expect: null },
    { name: "a reference with many segments", exchange: rest("DELETE", "/git/refs/heads/x/y", null, 204, null), expect: null },
    { name: "good labels", exchange: rest("POST", "/issues/1/labels", { labels: ["promotion"] }, 200, [label]), expect: null },
    { name: "an unlisted refusal", exchange: rest("POST", "/git/refs", make, 401, { message: "Bad credentials" }), expect: null },
    { name: "a request without a required field", exchange: rest("POST", "/git/refs", { ref: make.ref }, 201, reference), expect: "sha" },
    { name: "a request with a wrong type", exchange: rest("POST", "/git/refs", { ...make, sha: 7 }, 201, reference), expect: "string" },
    { name: "a query value out of its list", exchange: rest("GET", "/pulls?state=every", null, 200, []), expect: "query.state" },
    { name: "an endpoint that does not exist", exchange: rest("GET", "/pullz", null, 200, []), expect: "Route" },
    { name: "an answer without a required field", exchange: rest("POST", "/issues/1/labels", { labels: ["promotion"] }, 200, [{ ...label, color: undefined }]), expect: "color" },
    { name: "an answer with a wrong type", exchange: rest("POST", "/git/refs", make, 201, { ...reference, ref: 1 }), expect: "response" },
    { name: "a status that the endpoint never gives", exchange: rest("POST", "/git/refs", make, 206, reference), expect: "status code" },

    { name: "a good query", exchange: graphql(BRANCH, branch, { repository: { ref: { target: { oid: OID } } } }), expect: null },
    { name: "a good refusal", exchange: graphql(SWAP, swap({}), { updateRefs: null }, [{ type: "STALE_DATA", message: "moved" }]), expect: null },
    { name: "an unknown field", exchange: graphql(BRANCH.replace("oid", "sha"), branch, { repository: null }), expect: "sha" },
    { name: "a missing variable", exchange: graphql(BRANCH, { owner: "acme", name: "platform" }, { repository: null }), expect: "$ref" },
    { name: "an undeclared variable", exchange: graphql(BRANCH, { ...branch, extra: 1 }, { repository: null }), expect: "$extra" },
    { name: "a wrong input field", exchange: graphql(SWAP, swap({ oldOid: OID }), { updateRefs: { clientMutationId: null } }), expect: "oldOid" },
    { name: "an id that is none", exchange: graphql(SWAP, swap({ beforeOid: "main" }), { updateRefs: { clientMutationId: null } }), expect: "GitObjectID" },
    { name: "an answer with too much", exchange: graphql(BRANCH, branch, { repository: { id: "R_1", ref: null } }), expect: "response" },
    { name: "an answer with too little", exchange: graphql(BRANCH, branch, { repository: { ref: { target: {} } } }), expect: "oid" },
    { name: "an error without a type", exchange: graphql(SWAP, swap({}), { updateRefs: null }, [{ message: "moved" }]), expect: "type" },
  ];
}
