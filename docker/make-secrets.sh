#!/bin/sh
# Makes a password for each server and what is built from them, as files that compose.yaml hands to the containers.
# What is there already stays: run it again after an update. Usage: sh docker/make-secrets.sh [folder]
set -eu

folder=${1:-"$(dirname "$0")/secrets"}
mkdir -p "$folder"
# The folder keeps others of this machine out; the files must be readable by the containers' own users.
chmod 700 "$folder"

random() { od -An -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }
keep() {
    [ -s "$folder/$1" ] && return
    printf '%s' "$2" >"$folder/$1"
    chmod 444 "$folder/$1"
    echo "made $folder/$1"
}

keep secret_key "$(random 32)"
keep postgres_password "$(random 24)"
keep redis_password "$(random 24)"
keep minio_root_password "$(random 24)"
keep s3_access_key_id "$(random 10)"
keep s3_secret_access_key "$(random 24)"
keep database_url "postgresql://renderhub:$(cat "$folder/postgres_password")@postgres:5432/renderhub"
keep broker_url "redis://:$(cat "$folder/redis_password")@redis:6379/0"
