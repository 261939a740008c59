// A real @uppy/companion in front of an S3 store, and a door in front of that store: Companion signs addresses of the
// door, so that every part passes it and can be counted, held, or made late. For tests/engine/tests/companion.rs.
//
// From the environment: S3_ENDPOINT, S3_BUCKET, S3_KEY, S3_SECRET; KEY_PREFIX (what keys begin with); EXPIRES (seconds
// that an address lasts); CHECKSUMS (WHEN_SUPPORTED is the SDK's own way: it signs the checksum of an empty body into the
// address of each part, and stores that look at it refuse the part); PORT; NODE_ENV (`production` says nothing in its
// error pages). The first line on standard output is
// {"url": …}: below it are Companion's /s3/multipart and the tests' /_calls, /_taken, /_uploads, /_lose, /_hold and /_late.
//
// package.json overrides @aws-sdk/s3-presigned-post, since Companion 6.2.2 asks for a version that the
// registry does not have.
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import http from 'node:http'
import { tmpdir } from 'node:os'

import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import * as companion from '@uppy/companion'
import express from 'express'

// Companion talks on standard output too, where only one line is ours.
console.log = console.error

const { S3_ENDPOINT, S3_BUCKET, S3_KEY, S3_SECRET, KEY_PREFIX, EXPIRES, CHECKSUMS, PORT } = process.env
const store = new URL(S3_ENDPOINT)
/** Every request that came, to Companion or to the store. */
const calls = []
/** Parts that go through before the others are held. */
let free = Number.POSITIVE_INFINITY
/** Parts whose addresses are let expire first. */
let late = 0
/** Goes on with the parts that are held. */
let held = []
/** The store took a part. */
const took = new EventEmitter()
const taken = () => calls.filter((call) => call.at === 'store' && call.part !== null && call.method === 'PUT' && call.status === 200)

async function untilTaken(parts) {
  while (taken().length < parts) await once(took, 'part')
  return taken().length
}

function note(request, at) {
  const { pathname, searchParams } = new URL(request.url, 'http://door')
  const { method, headers } = request
  // What could be a token: how it is called, not what it is.
  const secrets = ['authorization', 'cookie', 'proxy-authorization'].flatMap((name) => headers[name]?.split(' ', 1) ?? [])
  if (searchParams.has('access_token')) secrets.push('access_token')
  const call = { at, method, path: pathname, part: searchParams.get('partNumber'), secrets, status: null }
  calls.push(call)
  return call
}

/** Milliseconds until a signed address has expired. */
function left(request) {
  const { searchParams } = new URL(request.url, 'http://door')
  const [date, time] = (searchParams.get('X-Amz-Date') ?? '').replace('Z', '').split('T')
  const signed = Date.UTC(date.slice(0, 4), date.slice(4, 6) - 1, date.slice(6, 8), time.slice(0, 2), time.slice(2, 4), time.slice(4, 6))
  return signed + 1000 * (Number(searchParams.get('X-Amz-Expires')) + 1) - Date.now()
}

function forward(request, response, call) {
  const { method, url, headers } = request
  const onward = http.request({ host: store.hostname, port: store.port, method, path: url, headers }, (answer) => {
    call.status = answer.statusCode
    response.writeHead(answer.statusCode, answer.headers)
    answer.pipe(response)
    took.emit('part')
  })
  onward.on('error', () => response.destroy())
  // A sender that has gone is gone for the store as well.
  response.on('close', () => response.writableEnded || onward.destroy())
  request.pipe(onward)
}

const door = http.createServer((request, response) => {
  const call = note(request, 'store')
  const go = () => response.destroyed || forward(request, response, call)
  if (call.part === null || call.method !== 'PUT') go()
  else if (late-- > 0) setTimeout(go, left(request))
  else if (free-- > 0) go()
  else held.push(go)
})

function optionsFor(port) {
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    bucket: S3_BUCKET,
    key: S3_KEY,
    secret: S3_SECRET,
    forcePathStyle: true,
    awsClientOptions: { requestChecksumCalculation: CHECKSUMS },
    expires: Number(EXPIRES ?? 800),
    getKey: ({ filename }) => `${KEY_PREFIX}/${randomUUID()}-${filename}`,
  }
}

const credentials = { accessKeyId: S3_KEY, secretAccessKey: S3_SECRET }
const client = new S3Client({ endpoint: S3_ENDPOINT, region: 'us-east-1', forcePathStyle: true, credentials })

async function openUploads() {
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: S3_BUCKET }))
  return Uploads ?? []
}

async function loseUploads() {
  for (const { Key, UploadId } of await openUploads()) {
    await client.send(new AbortMultipartUploadCommand({ Bucket: S3_BUCKET, Key, UploadId }))
  }
  return {}
}

door.listen(0, '127.0.0.1', () => {
  const { app } = companion.app({
    s3: optionsFor(door.address().port),
    server: { host: '127.0.0.1' },
    filePath: tmpdir(),
    secret: randomUUID(),
    corsOrigins: true,
    uploadUrls: [S3_ENDPOINT],
    metrics: false,
  })
  const server = express()
  server.get('/_calls', (_, response) => response.json(calls))
  server.get('/_uploads', (_, response, next) => openUploads().then((uploads) => response.json(uploads), next))
  server.post('/_lose', (_, response, next) => loseUploads().then((done) => response.json(done), next))
  server.get('/_taken/:parts', (request, response, next) => {
    untilTaken(Number(request.params.parts)).then((parts) => response.json(parts), next)
  })
  server.post('/_late/:parts', (request, response) => {
    late = Number(request.params.parts)
    response.json({})
  })
  // So many parts more go through; `all` lets everything go.
  server.post('/_hold/:parts', (request, response) => {
    free = request.params.parts === 'all' ? Number.POSITIVE_INFINITY : Number(request.params.parts)
    for (const go of free > 0 ? held.splice(0) : []) go()
    response.json({})
  })
  server.use((request, response, next) => {
    const call = note(request, 'companion')
    response.on('finish', () => {
      call.status = response.statusCode
    })
    next()
  })
  server.use(app)
  const listener = server.listen(Number(PORT ?? 0), '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${listener.address().port}` })}\n`)
  })
})

// Whoever started this has gone.
process.stdin.on('end', () => process.exit(0)).resume()
