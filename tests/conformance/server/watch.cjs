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
  for (const object of Object.values(client.objects.all)) {
    if (object.$type === 'VM' || object.$type === 'network') {
      console.log(object.$type, object.$ref, object.name_description)
    }
  }
  process.exit(0)
}

main().catch(error => {
  console.log('failed', error)
  process.exit(1)
})
