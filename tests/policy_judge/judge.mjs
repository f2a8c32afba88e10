// Decides requests that come as lines of JSON, and answers each with a line: allowed, denied, or what is wrong with it.
import { createInterface } from 'node:readline'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }]
}

function simulation(asked) {
  return {
    request: {
      principal: asked.principal,
      action: asked.action,
      resource: { resource: asked.resource, accountId: asked.account },
      contextVariables: asked.context
    },
    identityPolicies: asked.identity.map((policy, number) => ({ name: `identity ${number}`, policy })),
    resourcePolicy: asked.policyOfResource ?? undefined,
    permissionBoundaryPolicies: asked.boundary ? [{ name: 'boundary', policy: asked.boundary }] : undefined,
    sessionPolicy: asked.session ?? undefined,
    serviceControlPolicies: [
      { orgIdentifier: 'o-1', policies: [{ name: 'everything', policy: everything }] }
    ],
    resourceControlPolicies: []
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const found = await runSimulation(simulation(JSON.parse(line)), {})
  const said =
    found.resultType === 'error'
      ? { error: found.errors }
      : { allowed: found.overallResult === 'Allowed', ignored: found.result?.ignoredContextKeys ?? [] }
  console.log(JSON.stringify(said))
}
