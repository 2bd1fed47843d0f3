"""Integrity pins of what the air-gapped mode downloads from the npm registry.

The *versions* are not chosen here: node comes from //:.nvmrc, pnpm from packageManager in
//:package.json. A version without a pin fails the fetch.
"""

NODE = {
    "24.14.1": "sha512-8YqWAZM6kcu0sxQ3P1B5B2BautLDqdTjBdt28ionDWct9CQOdasBoTWT964Ouy879ez0pOqixrMOVHeNDCT2Ig==",
}

PNPM = {
    "10.34.5": "sha512-pO4F8vc2WCVb1qiYWcBlpFwopX2u+uLIk6Fo7itzFow3uR6D5X6mdlStA/AwMXRkMOi84442LgQmBfuKvIAZLg==",
}
