#!/bin/sh
# In a container of MinIO's client: the bucket, readable by everybody, and a key that may write to this bucket only.
# Safe to run again.
set -eu

: "${S3_BUCKET:?}" "${S3_ENDPOINT:?}"
key=$(cat /run/secrets/s3_access_key_id)
mc alias set here "$S3_ENDPOINT" renderhub "$(cat /run/secrets/minio_root_password)" >/dev/null
mc mb --ignore-existing "here/$S3_BUCKET"
mc anonymous set download "here/$S3_BUCKET"

cat >/tmp/policy.json <<POLICY
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": ["arn:aws:s3:::$S3_BUCKET"]},
  {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
   "Resource": ["arn:aws:s3:::$S3_BUCKET/*"]}]}
POLICY
mc admin policy create here renderhub /tmp/policy.json
mc admin user add here "$key" "$(cat /run/secrets/s3_secret_access_key)"
# It is an error to give what somebody has: what counts is that the key has it.
mc admin policy attach here renderhub --user "$key" || mc admin user info here "$key" | grep -q renderhub
