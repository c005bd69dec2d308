module outdial.local/checks

go 1.26
