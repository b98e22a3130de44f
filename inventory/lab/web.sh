#!/bin/sh
# Serves one page that says which server answered.
mkdir -p /srv/www
printf '<h1>%s</h1>\n<p>Kept by Novaform.</p>\n' "$(hostname)" >/srv/www/index.html
busybox httpd -p 80 -h /srv/www
