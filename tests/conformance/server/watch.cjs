// Keeps npm's xen-api cache of a pool and prints it when asked: node watch.cjs URL USER PASSWORD NODE_MODULES
const [url, user, password, modules] = process.argv.slice(2)
const { createClient } = require(`${modules}/xen-api`)

async function main() {
  const client = createClient({ url, allowUnauthorized: true, auth: { user, password }, watchEvents: true })
  await client.connect()
  await client.objectsFetched
  console.log('ready')
  process.stdin.once('data', () => setTimeout(() => tell(client), 3000))
}

function tell(client) {
  const lines = Object.values(client.objects.all).map(object => {
    const { $type, $ref, uuid, name_label, name_description, power_state, resident_on } = object
    return JSON.stringify([$type, $ref, uuid, name_label, name_description, power_state, resident_on])
  })
  process.stdout.write(lines.join('\n') + '\n', () => process.exit(0))
}

main().catch(error => {
  console.log('failed', error)
  process.exit(1)
})
