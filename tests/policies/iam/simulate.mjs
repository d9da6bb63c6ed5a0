// Judges requests as AWS would: reads {policies, requests} as JSON from stdin, writes one judgement a request to stdout.
//
// A process of its own, because the library is under the AGPL: nothing of it becomes part of Groundway.
//   policies   {id: {kind: "identity" | "resource", name, document}}
//   requests   [{principal, action, resource, account, context, identity: [id], boundary: id?, resourcePolicy: id?}]
//   judgement  {decision, allowed: [statement], denied: [statement], blocked: [layer], ignored: [key], type, error?}:
//              `allowed` are the grants that match, `denied` all denials, the boundary's too
// A statement is named "policy/Sid", or "policy/2" where it has no Sid.
import { readFileSync } from 'node:fs'
import { createValidatedPolicy, validateIdentityPolicy, validateResourcePolicy } from '@cloud-copilot/iam-policy'
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const VALIDATE = { identity: validateIdentityPolicy, resource: validateResourcePolicy }
const { policies, requests } = JSON.parse(readFileSync(0, 'utf8'))
const validated = Object.fromEntries(
  Object.entries(policies).map(([id, { kind, document }]) => [id, createValidatedPolicy(document, VALIDATE[kind])])
)
const named = (id) => ({ name: policies[id].name, policy: validated[id] })

function simulation(request) {
  return {
    request: {
      principal: request.principal,
      action: request.action,
      resource: { resource: request.resource, accountId: request.account },
      contextVariables: request.context
    },
    identityPolicies: request.identity.map(named),
    permissionBoundaryPolicies: request.boundary ? [named(request.boundary)] : undefined,
    resourcePolicy: request.resourcePolicy ? validated[request.resourcePolicy] : undefined,
    serviceControlPolicies: [],
    resourceControlPolicies: []
  }
}

function statements(layers, kind, resourcePolicy) {
  return layers.flatMap((layer) =>
    (layer?.[kind] ?? []).map(
      (one) => `${one.policyId ?? policies[resourcePolicy].name}/${one.statement.sid() ?? one.statement.index()}`
    )
  )
}

function judged(result, request) {
  if (result.resultType === 'error') return { decision: 'error', error: JSON.stringify(result.errors) }
  const one = result.resultType === 'single' ? result.result : result.results[0]
  if (result.resultType === 'wildcard' && request.resource !== '*') return { decision: 'error', error: 'name one resource' }
  if (!one) return { decision: 'deny', allowed: [], denied: [], blocked: [], ignored: [] }
  const { analysis, ignoredContextKeys, resourceType } = one
  const granting = [analysis.identityAnalysis, analysis.resourceAnalysis]
  const bounding = analysis.permissionBoundaryAnalysis
  return {
    decision: result.overallResult === 'Allowed' ? 'allow' : 'deny',
    allowed: statements(granting, 'allowStatements', request.resourcePolicy),
    denied: statements([...granting, bounding], 'denyStatements', request.resourcePolicy),
    blocked: analysis.blockedBy ?? [],
    ignored: ignoredContextKeys,
    type: resourceType
  }
}

// The library knows a few claims of a few token issuers and drops all others: what a trust policy says of a token is
// judged without its list of keys, and so without naming the statement.
function judgedToken(request) {
  const trust = policies[request.resourcePolicy].document
  const resourcePolicy = createValidatedPolicy(trust, validateResourcePolicy, { name: 'trust' })
  const result = runUnsafeSimulation({ ...simulation(request), resourcePolicy }, {})
  const decision = result === 'Allowed' ? 'allow' : 'deny'
  return { decision, allowed: decision === 'allow' ? [`${policies[request.resourcePolicy].name}/claims`] : [], ignored: [] }
}

const judgements = []
for (const request of requests) {
  const token = request.action === 'sts:AssumeRoleWithWebIdentity'
  judgements.push(token ? judgedToken(request) : judged(await runSimulation(simulation(request), {}), request))
}
process.stdout.write(JSON.stringify(judgements))
